import type { Window, WindowMerge } from '../windows/types.ts';
import { closesAt } from '../windows/watermark.ts';
import { decompress } from './compress.ts';
import type { Cut, Firing } from './ledger.ts';
import type { StageContext } from './stage-context.ts';
import type { ShardView } from './stage-view.ts';

/** A firing whose cut is fixed: what it emits is a function of this. */
export interface CutFiring {
  readonly window: Window;
  readonly firing: Firing & { readonly cut: Cut };
}

/** The window's values at the firing's cut and, where only what changed is to be emitted, at the cut before. */
export interface MergedWindow {
  readonly firing: CutFiring;
  readonly current: WindowMerge;
  readonly previous: WindowMerge | undefined;
}

/** More keys at once than fit the function's memory: merge fewer windows at a time. */
export class TooManyKeys extends Error {
  override readonly name = 'TooManyKeys';
}

/** Keys of all windows merged at once, above which they are merged in smaller groups. */
const MAX_KEYS = 400_000;

/**
 * Merges the commits of several windows in one pass over each shard's log: per key a left fold in the order of the commits,
 * shards in the order of their ids, so that the same cut gives the same bytes. A commit whose watermark had passed a
 * window's end + lateness is left out of that window: what it holds was accepted for a later, overlapping one.
 *
 * @throws TooManyKeys when more than one window was asked for and their keys are too many to hold
 */
export async function mergeWindows(
  context: StageContext,
  firings: readonly CutFiring[],
  shards: readonly ShardView[],
): Promise<MergedWindow[]> {
  const { plan, stage } = context.compiled;
  const targets = firings.map((firing) => new Target(firing, plan.createMerge, stage.allowedLateness));
  const bySlice = new Map<number, Target[]>();
  for (const target of targets) {
    for (const slice of plan.windows.slicesOf(target.firing.window)) {
      const others = bySlice.get(slice);
      if (others === undefined) bySlice.set(slice, [target]);
      else others.push(target);
    }
  }
  for (const { shard, tail } of shards) {
    let first = Number.POSITIVE_INFINITY;
    for (const [slice, [from]] of tail.open) if (bySlice.has(slice)) first = Math.min(first, from);
    const last = Math.max(...targets.map((target) => target.cutOf(shard)));
    if (first > last) continue;
    for await (const commit of context.log.range(shard, first, last)) {
      if (commit.delta === undefined) continue;
      const delta = plan.read(decompress(commit.delta));
      for (const slice of delta.slices()) {
        for (const target of bySlice.get(slice) ?? [])
          target.add(shard, commit.tail.n, commit.tail.w, slice, delta);
      }
    }
    let keys = 0;
    for (const target of targets) keys += target.endShard();
    if (keys > MAX_KEYS && firings.length > 1) throw new TooManyKeys();
  }
  return targets.map((target) => target.result());
}

type Reader = { mergeInto(slice: number, target: WindowMerge): void };

/** Collects one window, shard by shard. */
class Target {
  readonly firing: CutFiring;
  readonly #createMerge: () => WindowMerge;
  readonly #closes: number;
  readonly #current: ShardwiseMerge;
  readonly #previous: ShardwiseMerge | undefined;

  constructor(firing: CutFiring, createMerge: () => WindowMerge, lateness: number) {
    this.firing = firing;
    this.#createMerge = createMerge;
    this.#closes = closesAt(firing.window, lateness);
    this.#current = new ShardwiseMerge(this.#createMerge);
    const { revision, final } = firing.firing;
    this.#previous = revision !== 0 && !final ? new ShardwiseMerge(this.#createMerge) : undefined;
  }

  cutOf(shard: string): number {
    return this.firing.firing.cut.get(shard) ?? 0;
  }

  add(shard: string, n: number, w: number, slice: number, delta: Reader): void {
    if (w >= this.#closes || n > this.cutOf(shard)) return;
    this.#current.add(slice, delta);
    if (n <= (this.firing.firing.previousCut.get(shard) ?? 0)) this.#previous?.add(slice, delta);
  }

  /** Ends a shard; returns how many keys are held. */
  endShard(): number {
    this.#previous?.endShard();
    return this.#current.endShard();
  }

  result(): MergedWindow {
    return { firing: this.firing, current: this.#current.total, previous: this.#previous?.total };
  }
}

/** Folds the commits of one shard together before the shards are merged: `(a1 + a2) + (b1 + b2)`. */
class ShardwiseMerge {
  readonly total: WindowMerge;
  readonly #createMerge: () => WindowMerge;
  #shard: WindowMerge | undefined;

  constructor(createMerge: () => WindowMerge) {
    this.#createMerge = createMerge;
    this.total = createMerge();
  }

  add(slice: number, delta: Reader): void {
    // The first shard is folded straight into the empty total, which comes to the same and costs no copy.
    this.#shard ??= this.total.size === 0 ? this.total : this.#createMerge();
    delta.mergeInto(slice, this.#shard);
  }

  endShard(): number {
    if (this.#shard !== undefined && this.#shard !== this.total) this.total.absorb(this.#shard);
    this.#shard = undefined;
    return this.total.size;
  }
}
