import type { Bucket } from '../windows/bucket.ts';
import type { Window, WindowMerge } from '../windows/types.ts';
import { closesAt } from '../windows/watermark.ts';
import type { Compaction } from './compaction.ts';
import { mayBeCompacted } from './future.ts';
import type { Cut, Firing } from './ledger.ts';
import { type Demand, readSlices, type SlicePart } from './slice-reader.ts';
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

/** More keys at once than fit the function's memory: merge fewer windows at a time, or fewer keys. */
export class TooManyKeys extends Error {
  override readonly name = 'TooManyKeys';
}

/** How windows are merged. */
export interface MergeOptions {
  /** Merge only the keys of this bucket. */
  readonly bucket?: Bucket;
  /** Takes note of what is worth compacting. */
  readonly compaction?: Compaction;
  /** Keys of all windows together, above which {@link TooManyKeys} is thrown. */
  readonly maxKeys: number;
}

/**
 * Merges what the logs hold of several windows in one pass over each shard. Every aggregate is exact, so the order of merging does
 * not matter: the same cut gives the same values, whatever of it was compacted. A commit whose watermark had passed a window's end +
 * lateness is left out of that window: what it holds was accepted for a later, overlapping one.
 *
 * @throws TooManyKeys when there are more keys than `maxKeys`
 */
export async function mergeWindows(
  context: StageContext,
  firings: readonly CutFiring[],
  shards: readonly ShardView[],
  { bucket, compaction, maxKeys }: MergeOptions,
): Promise<MergedWindow[]> {
  const { plan, stage } = context.compiled;
  const createMerge = () => plan.createMerge(bucket);
  const targets = firings.map((firing) => new Target(firing, createMerge, stage.allowedLateness));
  const bySlice = new Map<number, Target[]>();
  for (const target of targets) {
    for (const slice of plan.windows.slicesOf(target.firing.window)) {
      const others = bySlice.get(slice);
      if (others === undefined) bySlice.set(slice, [target]);
      else others.push(target);
    }
  }
  for (const { shard, tail } of shards) {
    const demands = new Map<number, Demand>();
    for (const slice of tail.open.keys()) {
      const readers = bySlice.get(slice);
      if (readers !== undefined) demands.set(slice, demandOf(context, slice, readers, shard));
    }
    compaction?.beginShard();
    for await (const part of readSlices(context, shard, tail.open, demands)) {
      for (const target of bySlice.get(part.slice) ?? []) target.add(shard, part);
      compaction?.add(part, demands.get(part.slice)?.until ?? 0);
      const keys = targets.reduce((sum, target) => sum + target.size, 0);
      if (keys > maxKeys) throw new TooManyKeys();
    }
    compaction?.endShard(shard, tail, (slice) => demands.get(slice)?.until ?? 0);
  }
  return targets.map((target) => target.result());
}

/** What all windows that read a slice have in common: a segment must suit every one of them. */
function demandOf(context: StageContext, slice: number, readers: readonly Target[], shard: string): Demand {
  return {
    until: Math.max(...readers.map((target) => target.cutOf(shard))),
    limit: Math.min(...readers.map((target) => target.limitOf(shard))),
    closes: Math.min(...readers.map((target) => target.closes)),
    compacted: readers.some((target) => mayBeCompacted(context, slice, target.firing)),
  };
}

/** Collects one window. */
class Target {
  readonly firing: CutFiring;
  /** Commits whose watermark has reached this are left out. */
  readonly closes: number;
  readonly #current: WindowMerge;
  readonly #previous: WindowMerge | undefined;

  constructor(firing: CutFiring, createMerge: () => WindowMerge, lateness: number) {
    this.firing = firing;
    this.closes = closesAt(firing.window, lateness);
    this.#current = createMerge();
    const { revision, final } = firing.firing;
    this.#previous = revision !== 0 && !final ? createMerge() : undefined;
  }

  cutOf(shard: string): number {
    return this.firing.firing.cut.get(shard) ?? 0;
  }

  /** Up to here commits count at every cut that is merged. */
  limitOf(shard: string): number {
    return this.#previous === undefined ? this.cutOf(shard) : this.#previousCutOf(shard);
  }

  add(shard: string, { n, w, slice, delta }: SlicePart): void {
    if (w >= this.closes || n > this.cutOf(shard)) return;
    delta.mergeInto(slice, this.#current);
    if (this.#previous !== undefined && n <= this.#previousCutOf(shard))
      delta.mergeInto(slice, this.#previous);
  }

  /** How many keys are held. */
  get size(): number {
    return this.#current.size + (this.#previous?.size ?? 0);
  }

  result(): MergedWindow {
    return { firing: this.firing, current: this.#current, previous: this.#previous };
  }

  #previousCutOf(shard: string): number {
    return this.firing.firing.previousCut.get(shard) ?? 0;
  }
}
