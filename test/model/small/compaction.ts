import { SmallModel } from './small-model.ts';

/** What a reader of compacted slices must refuse. */
export const COMPACTION_RULES = {
  refuseBeyondCut: 'a reader refuses a compaction beyond its cut',
  refuseGap: 'a reader refuses a gap in n',
} as const;
export type CompactionRule = keyof typeof COMPACTION_RULES;

const COMMITS = 4;
const READERS = 2;
/** Chunks: (after, up to] in two bytes each; both zero: none. A later one may replace the one at the same place. */
const F = { log: 0, done: 1, expired: 2, chunks: 3, readers: 7, seen: 13 } as const;
const R = { cut: 0, at: 1, content: 2 } as const;

/**
 * Firings compact a slice's commits up to their cut, in two chunks, while others, of which some are slow and have an older cut,
 * read chunks first and commits behind them. Chunks may be lost, and what they cover may have expired from the log.
 */
export class CompactionModel extends SmallModel {
  readonly name: string;
  readonly #broken: CompactionRule | undefined;

  constructor(broken?: CompactionRule) {
    super(F.seen + COMMITS + 1);
    this.#broken = broken;
    this.name = broken === undefined ? 'compaction' : `compaction without ${broken}`;
  }

  protected steps(): void {
    const b = this.begin();
    if (b[F.log]! < COMMITS) {
      b[F.log]!++;
      this.emit(`commit ${b[F.log]} is put`);
    }
    this.#compact();
    this.#lose();
    for (let reader = 0; reader < READERS; reader++)
      this.#read(F.readers + reader * 3, `reader ${reader + 1}`);
  }

  /** Whoever has fired with a cut compacts what is not compacted up to it. */
  #compact() {
    for (let chunk = 0; chunk < 2; chunk++) {
      const b = this.begin();
      const at = F.chunks + chunk * 2;
      const after = chunk === 0 ? 0 : b[F.chunks + 1]!;
      const complete = after >= b[F.expired]! || (chunk === 0 && b[F.expired] === 0);
      if (b[at + 1] !== 0 || b[F.done]! <= after || !complete || (chunk === 1 && after === 0)) continue;
      b[at] = after;
      b[at + 1] = b[F.done]!;
      this.emit(`commits ${after + 1} to ${b[at + 1]} are compacted`);
    }
  }

  /** A chunk is lost; commits that are compacted expire. */
  #lose() {
    for (let chunk = 0; chunk < 2; chunk++) {
      const b = this.begin();
      const at = F.chunks + chunk * 2;
      if (b[at + 1] === 0) continue;
      b[F.expired] = Math.max(b[F.expired]!, b[at + 1]!);
      this.emit(`the commits up to ${b[at + 1]} expire`);
      this.begin();
      b.fill(0, at, at + 2);
      this.emit(`compaction ${chunk + 1} is lost`);
    }
  }

  #read(r: number, name: string) {
    const b = this.begin();
    if (b[r + R.cut] === 0) {
      if (b[F.log] === 0) return;
      b[r + R.cut] = b[F.log]!;
      return this.emit(`${name} cuts at ${b[F.log]}`);
    }
    const cut = b[r + R.cut]!;
    const at = b[r + R.at]!;
    if (at >= cut) return this.#emitResult(r, name);
    for (let chunk = 0; chunk < 2; chunk++) {
      const from = b[F.chunks + chunk * 2]!;
      const to = b[F.chunks + chunk * 2 + 1]!;
      const fits = from === at || (this.#broken === 'refuseGap' && from > at);
      if (to === 0 || !fits || (to > cut && this.#broken !== 'refuseBeyondCut')) continue;
      for (let n = from + 1; n <= to; n++) b[r + R.content]! |= 1 << n;
      b[r + R.at] = to;
      return this.emit(`${name} reads the compaction of ${from + 1} to ${to}`);
    }
    const n = at + 1;
    if (n <= b[F.expired]!) {
      if (this.#broken !== 'refuseGap') b.fill(0, r, r + 3);
      else b[r + R.at] = n;
      return this.emit(`${name} misses commit ${n}${this.#broken === 'refuseGap' ? '' : ', and fails'}`);
    }
    b[r + R.content]! |= 1 << n;
    b[r + R.at] = n;
    this.emit(`${name} reads commit ${n}`);
  }

  #emitResult(r: number, name: string) {
    const { b } = this;
    const cut = b[r + R.cut]!;
    b[F.seen + cut] = b[r + R.content]!;
    b[F.done] = Math.max(b[F.done]!, cut);
    b.fill(0, r, r + 3);
    this.emit(`${name} emits what it has read up to ${cut}`);
  }

  /** What was emitted for a cut is the commits up to it. */
  check(state: Uint8Array): string | undefined {
    for (let cut = 1; cut <= COMMITS; cut++) {
      const seen = state[F.seen + cut]!;
      if (seen !== 0 && seen !== 2 ** (cut + 1) - 2)
        return `what is emitted for cut ${cut} is not the commits up to it`;
    }
    return undefined;
  }

  describe(state: Uint8Array): string[] {
    return [
      `log: ${state[F.log]} commits, of which ${state[F.expired]} have expired`,
      `compacted: (${state[F.chunks]}, ${state[F.chunks + 1]}] (${state[F.chunks + 2]}, ${state[F.chunks + 3]}]`,
    ];
  }
}
