import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Report } from '../../shared/audit/judge.ts';
import {
  type Aggregate,
  above,
  allKeys,
  allOf,
  calendar,
  correlation,
  count,
  covariance,
  cumulative,
  distinct,
  filterStage,
  first,
  histogram,
  hopping,
  isPresent,
  jsonPartials,
  last,
  max,
  not,
  oneOf,
  over,
  quantile,
  quantiles,
  session,
  stddev,
  sum,
  times,
  topK,
  trend,
  tumbling,
  userAggregate,
  variance,
  type WindowSpec,
  type WindowStage,
  windowStage,
} from '../../shared/pipeline/index.ts';
import type { WindowResult } from '../../shared/results/result.ts';
import { createAssigner } from '../../shared/windows/assigner.ts';
import { compilePlan } from '../../shared/windows/plan.ts';
import type { ResultValues, Window } from '../../shared/windows/types.ts';
import { everyAggregate, sample, sampleData, sampleStage } from '../factories/window-stages.ts';
import { type AuditRange, auditLake } from '../support/audit.ts';
import { LakeWriter } from '../support/lake.ts';
import { temporaryFolder } from '../support/millrace-process.ts';
import { Random } from '../support/random.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 2, 29, 0);

const labels = userAggregate({
  name: 'labels',
  description: 'the labels that occur',
  fields: ['label'],
  create: (): readonly string[] => [],
  add: (held, { label }) => (typeof label === 'string' ? [...new Set([...held, label])].sort() : held),
  merge: (a, b) => [...new Set([...a, ...b])].sort(),
  result: (held) => held,
  ...jsonPartials<readonly string[]>(),
});

const statistics: Readonly<Record<string, Aggregate>> = {
  variance: variance('real'),
  stddev: stddev('hole', { basis: 'population' }),
  covariance: covariance('real', 'whole'),
  correlation: correlation('hole', times('real', 'other')),
  trend: trend('real', { per: '1 minute' }),
  first: first('whole'),
  first_label: first('label'),
  last_mixed: last('mixed'),
  last_flag: last('flag'),
  distinct: distinct('label'),
  distinct_mixed: distinct('mixed', { precision: 6 }),
  quantile: quantile('real', 0.37),
  quantiles: quantiles('hole', [0.5, 0.99]),
  top: topK('label', 3),
  top_weighted: topK('mixed', 2, { by: 'real' }),
  top_beyond: topK('whole', 3, { capacity: 8 }),
  histogram: histogram('real', [-1, 0, 2.5]),
  labels,
};

interface Event {
  readonly id: string;
  readonly key: string;
  readonly time: number;
  readonly data: Record<string, unknown>;
}

function events(count: number, minutes: number): Event[] {
  const random = new Random(11);
  const maybe = <T>(value: T): T | null | undefined =>
    random.chance(0.2) ? (random.chance(0.5) ? null : undefined) : value;
  return Array.from({ length: count }, (_, index) => {
    const time = START + random.below(minutes * MINUTE);
    const key = `k${random.below(4)} "ü"`;
    const real = random.chance(0.3) ? random.below(10) : (random.below(2_000_000) - 1_000_000) / 333;
    const data = sampleData({
      key,
      at: time,
      whole: random.below(40) - 20,
      other: random.below(3),
      real,
      gap: maybe(random.below(5)),
      hole: maybe(1e9 + random.below(1000) / 7),
      constructor: maybe(random.below(9)),
      label: maybe(`l${random.below(12)}`),
      flag: random.chance(0.5),
      mixed: maybe(random.chance(0.5) ? random.below(4) : String(random.below(4))),
      'a"]; throw new Error("run"); //': random.below(9),
      'ünï\u2028\n': random.below(9),
      '': random.below(9),
    });
    return { id: `e${index}`, key, time, data };
  });
}

interface Emitted extends Window {
  readonly key: string;
  readonly values: ResultValues;
}

/** What the stage's code comes to, window by window, and without its state. */
function resultsOf(stage: WindowStage, all: readonly Event[]): Emitted[] {
  const plan = compilePlan({ ...stage, window: tumbling('1 day') });
  const keyOf = (event: Event) => (typeof stage.key === 'string' ? event.key : 'all');
  return [...windowsOf(stage.window, all, keyOf)].flatMap(([window, own]) => {
    const [start = 0, end = 0] = window.split(' ').map(Number);
    const delta = plan.createDelta();
    for (const event of own) delta.add(0, keyOf(event), event.data, event.time);
    const merge = plan.createMerge();
    plan.read(delta.encode()).mergeInto(0, merge);
    return [...merge.results(start)].map(([key, values]) => ({ start, end, key, values }));
  });
}

function windowsOf(
  window: WindowSpec,
  all: readonly Event[],
  keyOf: (event: Event) => string,
): Map<string, Event[]> {
  const found = new Map<string, Event[]>();
  const put = (start: number, end: number, event: Event) =>
    found.set(`${start} ${end}`, [...(found.get(`${start} ${end}`) ?? []), event]);
  if (window.kind !== 'session') {
    const assigner = createAssigner(window);
    for (const event of all) {
      for (const { start, end } of assigner.windowsOf(assigner.sliceOf(event.time))) put(start, end, event);
    }
    return found;
  }
  const chains = new Map<string, Event[][]>();
  for (const event of [...all].sort((a, b) => a.time - b.time)) {
    const own = chains.get(keyOf(event)) ?? [];
    chains.set(keyOf(event), own);
    const open = own.at(-1);
    if (open !== undefined && event.time - open.at(-1)!.time <= window.gap) open.push(event);
    else own.push([event]);
  }
  for (const chain of [...chains.values()].flat()) {
    for (const event of chain) put(chain[0]!.time, chain.at(-1)!.time + window.gap, event);
  }
  return found;
}

const KINDS: readonly (readonly [string, WindowSpec])[] = [
  ['tumbling', tumbling('10 minutes', { offset: '3 minutes' })],
  ['hopping', hopping('20 minutes', '5 minutes', { offset: '1 minute' })],
  ['hopping with gaps', hopping('4 minutes', '7 minutes')],
  ['cumulative', cumulative('30 minutes', '10 minutes')],
  ['calendar', calendar('hour', 'Europe/Berlin')],
  ['session', session('40 seconds')],
];

/** Every field as it is. */
const copied = Object.fromEntries(Object.keys(sampleData({ key: '', at: 0 })).map((field) => [field, field]));

const folder = temporaryFolder();
afterAll(() => folder.remove());

const audit = (root: string, stage: WindowStage, range: AuditRange = {}): Promise<Report> =>
  auditLake(root, { name: 'p', types: [] }, stage, range);

describe.each(KINDS)('%s windows', (name, window) => {
  const { share_whole, share_real, ...shareless } = everyAggregate;
  const values = {
    ...(window.kind === 'session' ? shareless : { ...shareless, share_whole, share_real }),
    ...statistics,
  };
  const stage = sampleStage(values as Readonly<Record<string, Aggregate>>, window);
  const root = `${folder.path}/${name.replaceAll(' ', '-')}`;
  const all = events(600, 120);
  let emitted: Emitted[];

  beforeAll(() => {
    const lake = new LakeWriter(root);
    const landed = all.map(({ id, key, time, data }) => ({
      type: 'sample',
      source: '/s',
      id,
      time,
      key,
      data,
    }));
    lake.land(START + 3 * 60 * MINUTE, landed);
    // Some came again.
    lake.land(START + 4 * 60 * MINUTE, landed.slice(0, 50));
    emitted = resultsOf(stage, all);
    lake.landResults(
      START + 5 * 60 * MINUTE,
      emitted.map((one) => ({ ...one, stage: stage.name, revision: 1, final: true })),
    );
  });

  test('are recomputed in all of their values', async () => {
    const report = await audit(root, stage);
    expect(report.differences.slice(0, 5)).toEqual([]);
    expect(report).toMatchObject({ compared: emitted.length, equal: emitted.length, open: 0, differing: 0 });
  });
});

describe('an audit', () => {
  const stage = sampleStage({ events: count(), total: sum('whole') }, tumbling('1 minute'));
  const event = (id: string, minute: number, whole: number, more: Record<string, unknown> = {}) => {
    const time = START + minute * MINUTE;
    const data = sampleData({ key: 'k', at: time, whole });
    return { type: 'sample', source: '/s', id, time, key: 'k', data, ...more };
  };
  const result = (minute: number, events: number, total: number, more: Partial<WindowResult> = {}) => ({
    stage: stage.name,
    key: 'k',
    start: START + minute * MINUTE,
    end: START + (minute + 1) * MINUTE,
    revision: 1,
    final: true,
    values: { events, total },
    ...more,
  });
  const ARRIVAL = START + 20 * MINUTE;
  const late = (id: string, minute: number, sequence: string, more: Record<string, unknown> = {}) =>
    event(id, minute, 1, {
      extra: {
        millracestage: stage.name,
        millracereason: 'late',
        millracesequence: sequence,
        millracesub: 0,
        ...more,
      },
    });
  let lake: LakeWriter;
  let root: string;
  let runs = 0;
  const fresh = () => {
    root = `${folder.path}/run-${runs++}`;
    lake = new LakeWriter(root);
  };
  beforeEach(fresh);
  const placesOf = (report: Report) =>
    report.differences.map(({ kind, value, start, expected, emitted }) => [
      kind,
      value,
      (start - START) / MINUTE,
      expected,
      emitted,
    ]);

  test('finds a value that was altered, a result that is missing, and one that has no events', async () => {
    lake.land(ARRIVAL, [event('a', 0, 1), event('b', 0, 2), event('c', 1, 3), event('d', 2, 4)]);
    lake.landResults(ARRIVAL, [result(0, 2, 4), result(2, 1, 4), result(1, 1, 3, { key: 'other' })]);
    const report = await audit(root, stage);
    expect(placesOf(report).sort()).toEqual(
      [
        ['value', 'total', 0, 3, 4],
        ['missing', null, 1, '1 events', null],
        ['unexpected', null, 1, null, { events: 1, total: 3 }],
      ].sort(),
    );
    expect(report).toMatchObject({ compared: 4, equal: 1, differing: 3 });
  });

  test('takes the latest revision, and what is not final for what it is', async () => {
    lake.land(ARRIVAL, [event('a', 0, 1), event('b', 1, 2), event('c', 2, 2), event('d', 3, 2)]);
    lake.landResults(ARRIVAL, [
      result(0, 1, 7, { revision: 0, final: false }),
      result(0, 1, 1, { revision: 1 }),
      // Emitted again.
      result(0, 1, 1, { revision: 1 }),
      result(1, 1, 2, { revision: 0, final: false }),
      result(2, 5, 5, { revision: 0, final: false }),
      result(9, 5, 5, { revision: 0, final: false, retracted: true, values: {} }),
    ]);
    expect(await audit(root, stage)).toMatchObject({
      compared: 1,
      equal: 1,
      open: 3,
      openEqual: 1,
      differing: 0,
    });
  });

  test('looks at the windows of a range', async () => {
    lake.land(ARRIVAL, [event('a', 0, 1), event('b', 1, 2), event('c', 2, 3)]);
    lake.landResults(ARRIVAL, [result(0, 9, 9), result(1, 1, 2), result(2, 9, 9)]);
    const range = { from: START + MINUTE, to: START + 2 * MINUTE };
    expect(await audit(root, stage, range)).toMatchObject({ compared: 1, equal: 1 });
    expect(await audit(root, stage, { from: START + MINUTE })).toMatchObject({ compared: 2, differing: 2 });
  });

  test('leaves out exactly what was too late: each place once, and not an event whose repetition was', async () => {
    lake.land(ARRIVAL, [event('a', 0, 1), event('late', 0, 10), event('counted', 0, 100)]);
    lake.land(ARRIVAL + MINUTE, [event('counted', 0, 100)]);
    const emission = [late('late', 0, '1'), late('counted', 0, '2')];
    lake.landLate(ARRIVAL, emission);
    lake.landLate(ARRIVAL, emission);
    lake.landLate(ARRIVAL, [late('a', 0, '1', { millracestage: 'another-stage' })]);
    lake.landResults(ARRIVAL, [result(0, 2, 101)]);
    expect(placesOf(await audit(root, stage))).toEqual([]);
  });

  test('leaves out of a window what came when it was closed, though others have it', async () => {
    const hops = sampleStage({ events: count(), total: sum('whole') }, hopping('2 minutes', '1 minute'));
    lake.land(ARRIVAL, [event('a', 1, 1), event('b', 1, 2)]);
    const watermark = new Date(START + 2 * MINUTE + hops.allowedLateness).toISOString();
    lake.landLate(ARRIVAL, [
      late('b', 1, '1', { millracereason: 'partly-late', millracewatermark: watermark }),
    ]);
    const end = (minute: number) => ({ end: START + (minute + 2) * MINUTE });
    lake.landResults(ARRIVAL, [result(0, 1, 1, end(0)), result(1, 2, 3, end(1))]);
    expect(placesOf(await audit(root, hops))).toEqual([]);
  });

  test('leaves out what was set aside, unless it was put back', async () => {
    lake.land(ARRIVAL, [event('a', 0, 1), event('future', 0, 10), event('again', 0, 100)]);
    lake.land(ARRIVAL + MINUTE, [event('again', 0, 100)]);
    const aside = (id: string, sequence: string, stageName = stage.name) => {
      const bytes = Buffer.from(JSON.stringify({ source: '/s', id })).toString('base64');
      const row = {
        stream: 's',
        shard: 'h',
        sequence,
        sub: 0,
        arrival: '',
        code: 'future',
        reason: '',
        bytes,
      };
      lake.put(
        `rejected/stage=${stageName}/dt=2026-03-29/h-${sequence}-0.json`,
        Buffer.from(JSON.stringify(row)),
      );
    };
    aside('future', '1');
    aside('again', '2');
    aside('a', '3', 'another-stage');
    const bytes = Buffer.from([0xff, 0xfe]).toString('base64');
    const row = {
      stream: 's',
      shard: 'h',
      sequence: '9',
      sub: 0,
      arrival: '',
      code: 'undecodable',
      reason: '',
      bytes,
    };
    lake.put(`rejected/stage=${stage.name}/dt=2026-03-29/h-9-0.json`, Buffer.from(JSON.stringify(row)));
    lake.landResults(ARRIVAL, [result(0, 2, 101)]);
    expect(placesOf(await audit(root, stage))).toEqual([]);
  });

  test('knows windows of all keys together', async () => {
    const together = { ...stage, key: allKeys() };
    lake.land(ARRIVAL, [event('a', 0, 1), event('b', 0, 2)]);
    lake.landResults(ARRIVAL, [result(0, 2, 3, { key: 'all' })]);
    expect(await audit(root, together)).toMatchObject({ compared: 1, equal: 1 });
  });

  test('goes through filters, whether they are conditions or functions, and through mappings', async () => {
    const condition = filterStage('positive', {
      description: 'conditions',
      from: sample,
      where: allOf(above('whole', 0), not(oneOf('label', 'x', 'y')), isPresent('mixed')),
      to: sample,
      map: { ...copied, whole: over('whole', 2), label: 'label' } as never,
    });
    const byFunction = filterStage('positive', {
      description: 'functions',
      from: sample,
      where: ({ whole, label, mixed }) =>
        whole > 0 && label !== 'x' && label !== 'y' && mixed !== null && mixed !== undefined,
      to: sample,
      map: (data) => ({ ...data, whole: data.whole / 2 }),
    });
    const with_ = (id: string, whole: number, label: string | null, mixed: unknown) => {
      const { data, ...rest } = event(id, 0, whole);
      return { ...rest, data: { ...data, label, mixed, constructor: 0 } };
    };
    lake.land(ARRIVAL, [
      with_('a', 2, null, 1),
      with_('b', -2, 'a', 1),
      with_('c', 4, 'x', 1),
      with_('d', 8, 'a', null),
      with_('e', 16, 'a', 'x'),
    ]);
    lake.landResults(ARRIVAL, [result(0, 2, 9)]);
    for (const from of [condition, byFunction]) {
      const report = await audit(root, { ...stage, from, input: from.output });
      expect([from.description, placesOf(report)]).toEqual([from.description, []]);
      expect(report).toMatchObject({ compared: 1 });
    }
  });

  test("recomputes a stage over another one's results from those that are final", async () => {
    const below = sampleStage({ events: count(), total: sum('whole') }, tumbling('1 minute'));
    const aboveIt = windowStage('above', {
      description: 'over results',
      from: below as WindowStage<{ key: string; start: number; end: number; events: number; total: number }>,
      key: 'key',
      window: tumbling('2 minutes'),
      outOfOrderness: '1 minute',
      allowedLateness: '1 minute',
      values: { minutes: count(), events: sum('events'), from: max('start') },
    });
    lake.landResults(ARRIVAL, [
      result(0, 1, 1),
      result(0, 1, 1),
      result(1, 2, 5),
      result(2, 7, 7, { final: false }),
      {
        ...result(0, 0, 0),
        stage: 'above',
        end: START + 2 * MINUTE,
        values: { minutes: 2, events: 3, from: START + MINUTE },
      },
    ]);
    expect(placesOf(await audit(root, aboveIt))).toEqual([]);
    expect(await audit(root, aboveIt)).toMatchObject({ compared: 1, equal: 1 });
  });
});
