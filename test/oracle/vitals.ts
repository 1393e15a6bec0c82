import type { StageResults, Values } from './windows.ts';

/** A `patient-vitals` event as its producers send it. */
export interface Vitals {
  readonly event_id?: string | number | null;
  readonly patient_id: string;
  readonly heart_rate: number | null;
  readonly blood_pressure: number | null;
  readonly glucose_level: number | null;
  readonly timestamp: number | string;
}

/** What a patient's readings come to: a session of elevated ones. */
export interface Session {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly values: { readonly events: number; readonly max_heart_rate: number };
}

const MINUTE = 60_000;
const SIZE = 5 * MINUTE;
const GAP = 2 * MINUTE;
const LIMIT = 80;
const REPEATED = 3;
const MEASURES = ['heart_rate', 'blood_pressure', 'glucose_level'] as const;

const timeOf = ({ timestamp }: Vitals): number =>
  typeof timestamp === 'number' ? timestamp : Date.parse(timestamp);

/** Each event id once, events without one as they are. */
function unique(events: Iterable<Vitals>): Vitals[] {
  const seen = new Set<string>();
  return [...events].filter(({ event_id: id }) => {
    if (id === undefined || id === null) return true;
    const known = seen.has(String(id));
    seen.add(String(id));
    return !known;
  });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

/** In two passes, so that little is lost: right to some 13 digits for readings of people. */
const squares = (values: readonly number[]): number => {
  const middle = mean(values);
  return sum(values.map((value) => (value - middle) ** 2));
};

function statistics(measure: string, values: readonly number[]): Values {
  const none = values.length === 0;
  return {
    [`${measure}_count`]: values.length,
    [`${measure}_mean`]: none ? null : mean(values),
    [`${measure}_min`]: none ? null : Math.min(...values),
    [`${measure}_max`]: none ? null : Math.max(...values),
    [`${measure}_variance`]: values.length < 2 ? null : squares(values) / (values.length - 1),
  };
}

function correlation(inside: readonly Vitals[]): number | null {
  const pairs = inside.flatMap(({ heart_rate: x, blood_pressure: y }) =>
    x === null || y === null ? [] : [[x, y] as const],
  );
  const xs = pairs.map(([x]) => x);
  const ys = pairs.map(([, y]) => y);
  if (new Set(xs).size < 2 || new Set(ys).size < 2) return null;
  const [x, y] = [mean(xs), mean(ys)];
  return sum(pairs.map(([a, b]) => (a - x) * (b - y))) / Math.sqrt(squares(xs) * squares(ys));
}

/** Recomputes `vitals-stats`, by `<start> <patient>`; start in ISO 8601. None of the code under test takes part. */
export function expectedStats(events: Iterable<Vitals>): StageResults {
  const windows = new Map<string, Vitals[]>();
  for (const event of unique(events)) {
    const last = Math.floor(timeOf(event) / MINUTE) * MINUTE;
    for (let start = last; start > last - SIZE; start -= MINUTE) {
      const name = `${new Date(start).toISOString()} ${event.patient_id}`;
      windows.set(name, [...(windows.get(name) ?? []), event]);
    }
  }
  return new Map(
    [...windows].map(([name, inside]) => {
      const measures = MEASURES.map((measure) =>
        statistics(
          measure,
          inside.flatMap((event) => event[measure] ?? []),
        ),
      );
      return [
        name,
        { events: inside.length, ...Object.assign({}, ...measures), correlation: correlation(inside) },
      ];
    }),
  );
}

/** The events that the filter lets pass, each id once, in the order given. */
export const expectedElevated = (events: Iterable<Vitals>): Vitals[] =>
  unique(events).filter(({ heart_rate }) => heart_rate !== null && heart_rate > LIMIT);

/** The windows of five minutes, by minute, in which a patient has three elevated readings or more; `end` is exclusive. */
export function expectedBreaches(
  events: Iterable<Vitals>,
): { readonly key: string; readonly end: number; readonly breaches: number }[] {
  const counts = new Map<string, { key: string; end: number; breaches: number }>();
  for (const event of expectedElevated(events)) {
    const last = Math.floor(timeOf(event) / MINUTE) * MINUTE;
    for (let start = last; start > last - SIZE; start -= MINUTE) {
      const [key, end] = [event.patient_id, start + SIZE];
      const window = counts.get(`${end} ${key}`) ?? { key, end, breaches: 0 };
      counts.set(`${end} ${key}`, { ...window, breaches: window.breaches + 1 });
    }
  }
  return [...counts.values()].filter(({ breaches }) => breaches >= REPEATED);
}

/** Recomputes `elevated-sessions`, by patient and start. */
export function expectedSessions(events: Iterable<Vitals>): Session[] {
  const elevated = expectedElevated(events);
  return [...new Set(elevated.map(({ patient_id }) => patient_id))].sort().flatMap((key) => {
    const readings = elevated
      .filter(({ patient_id }) => patient_id === key)
      .sort((a, b) => timeOf(a) - timeOf(b));
    const sessions: Vitals[][] = [];
    for (const reading of readings) {
      const open = sessions.at(-1);
      const before = open?.at(-1);
      if (open !== undefined && before !== undefined && timeOf(reading) - timeOf(before) <= GAP)
        open.push(reading);
      else sessions.push([reading]);
    }
    return sessions.map((inside) => ({
      key,
      start: timeOf(inside[0] as Vitals),
      end: timeOf(inside.at(-1) as Vitals) + GAP,
      values: {
        events: inside.length,
        max_heart_rate: Math.max(...inside.map(({ heart_rate }) => heart_rate ?? 0)),
      },
    }));
  });
}
