import { type Observer, Violation } from './observer.ts';
import { identity, type SentEvent, type SentRecord } from './producers.ts';
import type { ChaosStage } from './stages.ts';
import type { Attributes, Store } from './store.ts';

/** What a window holds for one key. */
export interface Total {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly values: { readonly total: number; readonly events: number; readonly highest: number };
  /** Time at which it is emitted, unless the stage emits only what is final. */
  readonly fires: number;
  /** Time at which it is final. */
  readonly closes: number;
}

/** What everything that was sent must have come to. */
export interface Expected {
  /** By `start end key`. */
  readonly totals: ReadonlyMap<string, Total>;
  /** Events that were too late when their batch was committed: exactly these leave by the late output. */
  readonly late: ReadonlySet<string>;
  /** Events that were counted, but not in all of their windows: exactly these leave a notice on the late output. */
  readonly partlyLate: ReadonlySet<string>;
  /** Counted events of which a repetition came after their slice was closed: these may leave by the late output, too. */
  readonly mayBeLate: ReadonlySet<string>;
  /** `sequence-sub` of what is set aside. */
  readonly rejected: ReadonlySet<string>;
  readonly accepted: number;
  /** Repetitions and late ones together: after a slice is closed they cannot always be told apart. */
  readonly notCounted: number;
}

/** A commit as far as the oracle believes it: which records it covers, and at which watermark it decided. */
interface Covered {
  readonly name: string;
  readonly from: Position;
  readonly to: Position;
  readonly w: number;
}

type Position = readonly [sequence: bigint, sub: number];

/**
 * Works out, from what was sent and from the positions and watermarks of the commits alone, what must come out: an
 * event at a time and by definition, without slices, deltas, id sets or any other part of the code under test.
 *
 * @throws Violation when the commits do not cover every record exactly once
 */
export async function expect(
  stage: ChaosStage,
  shards: readonly string[],
  records: readonly SentRecord[],
  store: Store,
  observer: Observer,
): Promise<Expected> {
  const sorter = new Sorter(stage, observer);
  for (const shard of shards) {
    const commits = (await store.items(`log#${stage.name}#${shard}`)).map(covered);
    let at: Position = [0n, Number.POSITIVE_INFINITY];
    for (const commit of commits) {
      if (compare(commit.from, at) !== 0) {
        throw new Violation(
          'outcome',
          `${commit.name} begins at ${commit.from}, the one before it ends at ${at}`,
        );
      }
      if (compare(commit.to, at) < 0)
        throw new Violation('outcome', `${commit.name} goes back to ${commit.to}`);
      at = commit.to;
    }
    for (const record of records) {
      if (record.shard === shard) sorter.sort(record, commits);
    }
  }
  sorter.chain();
  return sorter;
}

const covered = (item: Attributes): Covered => ({
  name: `${item.pk?.S} ${item.sk?.S}`,
  from: parse(item.from?.S),
  to: parse(item.to?.S),
  w: item.w?.N === undefined ? Number.NEGATIVE_INFINITY : Number(item.w.N),
});

function parse(text = ''): Position {
  const [sequence = '', sub] = text.split('/');
  return [BigInt(sequence), sub === undefined ? Number.POSITIVE_INFINITY : Number(sub)];
}

const compare = ([a, subA]: Position, [b, subB]: Position): number =>
  a < b ? -1 : a > b ? 1 : subA < subB ? -1 : subA > subB ? 1 : 0;

/** Decides item by item what becomes of it. */
class Sorter implements Expected {
  readonly totals = new Map<string, Total>();
  readonly late = new Set<string>();
  readonly partlyLate = new Set<string>();
  readonly mayBeLate = new Set<string>();
  readonly rejected = new Set<string>();
  accepted = 0;
  notCounted = 0;
  readonly #counted = new Set<string>();
  readonly #byKey = new Map<string, SentEvent[]>();
  readonly #stage: ChaosStage;
  readonly #observer: Observer;

  constructor(stage: ChaosStage, observer: Observer) {
    this.#stage = stage;
    this.#observer = observer;
  }

  sort(record: SentRecord, commits: readonly Covered[]): void {
    record.items.forEach((item, sub) => {
      const place: Position = [BigInt(record.sequence), sub];
      const commit = commits.find(({ from, to }) => compare(from, place) < 0 && compare(place, to) <= 0);
      if (commit === undefined) {
        throw new Violation(
          'outcome',
          `item ${sub} of record ${record.sequence} of ${record.shard} is in no commit`,
        );
      }
      if (item.kind === 'bad') this.rejected.add(`${record.sequence}-${sub}`);
      if (item.kind === 'event') this.#event(item.event, commit);
    });
  }

  #event(event: SentEvent, commit: Covered): void {
    const name = identity(event);
    const windows = this.#stage.windowsOf(event.time);
    if (windows.length === 0) return;
    const closes = Math.max(...windows.map(([, end]) => end)) + this.#stage.lateness;
    if (this.#counted.has(name)) {
      this.notCounted++;
      const closed = this.#observer.closedWhenWritten.get(commit.name) ?? Number.NEGATIVE_INFINITY;
      if (commit.w >= closes && closed >= closes) this.mayBeLate.add(name);
      return;
    }
    if (commit.w >= closes) {
      this.notCounted++;
      this.late.add(name);
      if (event.punctual)
        throw new Violation('outcome', `${name} came in time and was judged late by ${commit.name}`);
      return;
    }
    this.#counted.add(name);
    this.accepted++;
    if (this.#stage.session !== undefined) {
      this.#byKey.set(event.key, [...(this.#byKey.get(event.key) ?? []), event]);
      return;
    }
    for (const [start, end] of windows) {
      const times = { start, end, fires: end, closes: end + this.#stage.lateness };
      if (commit.w < times.closes) this.#addTo(times, event);
      else this.partlyLate.add(name);
    }
  }

  /** Sessions are known only when all events are: neighbours of a key that lie no more than the gap apart belong together. */
  chain(): void {
    const { session, lateness } = this.#stage;
    if (session === undefined) return;
    const { gap, resolution } = session;
    for (const events of this.#byKey.values()) {
      const sorted = events.sort((a, b) => a.time - b.time);
      for (let first = 0; first < sorted.length; ) {
        let next = first + 1;
        while (next < sorted.length && sorted[next]!.time - sorted[next - 1]!.time <= gap) next++;
        const last = sorted[next - 1]!.time;
        const fires = Math.floor(last / resolution) * resolution + resolution + gap;
        const times = { start: sorted[first]!.time, end: last + gap, fires, closes: fires + gap + lateness };
        for (const event of sorted.slice(first, next)) this.#addTo(times, event);
        first = next;
      }
    }
  }

  #addTo(times: Omit<Total, 'key' | 'values'>, { key, amount }: SentEvent): void {
    const name = `${times.start} ${times.end} ${key}`;
    const { total, events, highest } = this.totals.get(name)?.values ?? { total: 0, events: 0, highest: 0 };
    const values = { total: total + amount, events: events + 1, highest: Math.max(highest, amount) };
    this.totals.set(name, { ...times, key, values });
  }
}
