import type { Visit } from '../search/search.ts';
import { COMMIT, FIRER, HEAD, Layout, WRITER, WRITER_BYTES } from './layout.ts';
import type { Rules } from './rules.ts';
import { Case, type Scenario } from './scenario.ts';

/**
 * What the parts of the protocol act on: one state at a time, in `b`. An action calls {@link begin}, looks at `b`, changes
 * it, and calls {@link emit}.
 */
export class Machine {
  readonly c: Case;
  readonly s: Scenario;
  readonly l: Layout;
  readonly rules: Rules;
  readonly b: Uint8Array;
  /** Exchange processes that do the same job, so that states that differ only in who does it become one. */
  symmetric: boolean;
  fault: string | undefined;
  #from: Uint8Array;
  #visit: Visit = () => {};
  readonly #swap: Uint8Array;

  constructor(scenario: Scenario, rules: Rules, symmetric: boolean) {
    this.s = scenario;
    this.c = new Case(scenario);
    this.l = new Layout(this.c);
    this.rules = rules;
    this.symmetric = symmetric;
    this.b = new Uint8Array(this.l.size);
    this.#from = this.b;
    this.#swap = new Uint8Array(Math.max(WRITER_BYTES, this.l.firerBytes));
  }

  /** All that is emitted from now on starts from this state and goes to this visitor. */
  from(state: Uint8Array, visit: Visit): void {
    this.#from = state;
    this.#visit = visit;
  }

  begin(): Uint8Array {
    this.b.set(this.#from);
    this.fault = undefined;
    return this.b;
  }

  emit(label: string): void {
    if (this.symmetric) this.#order();
    this.#visit(label, this.b, this.fault);
  }

  /** Says what is wrong with the transition under way; the first that is found counts. */
  wrong(fault: string): void {
    this.fault ??= fault;
  }

  /** Number of a log's last item, 0 where there is none. */
  last(shard: number): number {
    for (let n = this.s.commits; n > 0; n--) if (this.b[this.l.commit(shard, n)] !== 0) return n;
    return 0;
  }

  /** One field of a commit. */
  of(shard: number, n: number, field: keyof typeof COMMIT): number {
    return this.b[this.l.commit(shard, n) + COMMIT[field]]!;
  }

  /** Slices of the records in a set. */
  slicesOf(records: number): number {
    let mask = 0;
    for (let record = 0; record < this.c.times.length; record++) {
      if (records & (1 << record)) mask |= 1 << (this.c.times[record]! - 1);
    }
    return mask;
  }

  idsOf(records: number): number {
    let mask = 0;
    for (let record = 0; record < this.c.ids.length; record++) {
      if (records & (1 << record)) mask |= 1 << this.c.ids[record]!;
    }
    return mask;
  }

  /** Of slices, those that are still open at a closed-up-to. */
  open(slices: number, closedUpTo: number): number {
    let mask = slices;
    for (let slice = 1; slice <= 8; slice++) {
      if (this.c.closesAt(slice) <= closedUpTo) mask &= ~(1 << (slice - 1));
    }
    return mask;
  }

  /** The least of the highest event times of the known shards that are not retired; 0 while one of them is unseen. */
  leastOfHeads(): number {
    let least = 255;
    for (let shard = 0; shard < this.c.shards; shard++) {
      const head = this.l.head(shard);
      if (this.b[head + HEAD.known] === 0 || this.b[head + HEAD.retired] === 1) continue;
      least = Math.min(least, this.b[head + HEAD.max]!);
    }
    return least === 255 ? 0 : least;
  }

  /** Sorts writers of one shard, and firers, by their bytes: they are interchangeable. */
  #order(): void {
    const { writers, firers } = this.s;
    for (let at = 1; at < writers.length; at++) {
      if (writers[at] === writers[at - 1]) this.#sort(this.l.writer(at - 1), this.l.writer(at), WRITER_BYTES);
    }
    if (firers === 2) this.#sort(this.l.firer(0), this.l.firer(1), this.l.firerBytes);
  }

  #sort(first: number, second: number, bytes: number): void {
    const b = this.b;
    let at = 0;
    while (at < bytes && b[first + at] === b[second + at]) at++;
    if (at === bytes || b[first + at]! < b[second + at]!) return;
    for (at = 0; at < bytes; at++) this.#swap[at] = b[first + at]!;
    b.copyWithin(first, second, second + bytes);
    for (at = 0; at < bytes; at++) b[second + at] = this.#swap[at]!;
  }

  writerIdle(index: number): boolean {
    return this.b[this.l.writer(index) + WRITER.pc] === 0;
  }

  firerIdle(index: number): boolean {
    return this.b[this.l.firer(index) + FIRER.pc] === 0;
  }

  idle(): boolean {
    for (let at = 0; at < this.s.writers.length; at++) if (!this.writerIdle(at)) return false;
    for (let at = 0; at < this.s.firers; at++) if (!this.firerIdle(at)) return false;
    return this.b[this.l.sweeper] === 0;
  }
}
