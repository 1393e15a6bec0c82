import type { DeltaReader } from '../windows/types.ts';
import { decompress } from './compress.ts';
import type { OpenSlices } from './open-slices.ts';
import { SEGMENT_OVERHEAD, type Segment } from './segments.ts';
import type { StageContext } from './stage-context.ts';

/** What the readers of one slice have in common. */
export interface Demand {
  /** No reader takes a later commit into account. */
  readonly until: number;
  /** Every reader takes all commits up to here into account, as far as `closes` allows. */
  readonly limit: number;
  /** No reader leaves out a commit whose watermark is below this. */
  readonly closes: number;
  /** Whether it may have been compacted: if not, nothing is asked. */
  readonly compacted: boolean;
}

/** A piece of what a shard's log holds of one slice: a commit, or a segment that stands for several. */
export interface SlicePart {
  readonly slice: number;
  /** Number of the commit; of a segment, of its last. */
  readonly n: number;
  /** The watermark against which lateness was decided; of a segment, the highest. */
  readonly w: number;
  readonly delta: DeltaReader;
  /** What reading it took: of a commit the slice's part of it. */
  readonly bytes: number;
  /** Whether it is a segment. */
  readonly compacted: boolean;
  /** How many segments were used for the slice. */
  readonly segments: number;
  /** Where they begin, exclusive, if it is one of them; otherwise where they ended, inclusive. */
  readonly after: number;
}

/** What segments hold of a slice. */
interface Covered {
  readonly upTo: number;
  readonly segments: number;
}

/**
 * Reads the wanted slices of a shard's log, each commit of each slice once: from compacted segments where all readers may use
 * them, and from the commits for the rest. A segment may be used if all that it holds counts for every reader: it ends at or before
 * every cut, no commit in it was made after one of the windows had closed, and it begins where the one before it
 * ends. Commits are read without a gap, or the log says so.
 *
 * @throws LogGap when a commit is missing that no segment stands for
 */
export async function* readSlices(
  context: StageContext,
  shard: string,
  open: OpenSlices,
  demands: ReadonlyMap<number, Demand>,
): AsyncGenerator<SlicePart> {
  const covered = new Map<number, Covered>();
  for (const slice of demands.keys()) {
    const [first] = open.get(slice) ?? [];
    if (first !== undefined) covered.set(slice, { upTo: first - 1, segments: 0 });
  }
  const compacted = [...covered.keys()].filter((slice) => demands.get(slice)?.compacted);
  if (compacted.length > 0) yield* readSegments(context, shard, demands, compacted, covered);
  for (const [first, last] of rangesLeft(open, demands, covered)) {
    for await (const commit of context.log.range(shard, first, last)) {
      if (commit.delta === undefined) continue;
      const delta = context.compiled.plan.read(decompress(commit.delta));
      const { n, w } = commit.tail;
      const bytes = (commit.delta.length + (commit.ids?.length ?? 0)) / delta.slices().length;
      for (const slice of delta.slices()) {
        const known = covered.get(slice);
        if (known === undefined || n <= known.upTo) continue;
        const { upTo, segments } = known;
        yield { slice, n, w, delta, bytes, compacted: false, segments, after: upTo };
      }
    }
  }
}

async function* readSegments(
  context: StageContext,
  shard: string,
  demands: ReadonlyMap<number, Demand>,
  slices: readonly number[],
  covered: Map<number, Covered>,
): AsyncGenerator<SlicePart> {
  const first = slices.reduce((a, b) => Math.min(a, b));
  const last = slices.reduce((a, b) => Math.max(a, b));
  for await (const [slice, segments] of context.segments.between(shard, first, last)) {
    const demand = demands.get(slice);
    const after = covered.get(slice)?.upTo;
    if (demand === undefined || after === undefined) continue;
    const chain = chainOf(segments, after, demand);
    const count = chain.length;
    for (const { upTo, w, chunks } of chain) {
      for (const chunk of chunks) {
        const delta = context.compiled.plan.read(decompress(chunk));
        const bytes = SEGMENT_OVERHEAD + chunk.length;
        yield { slice, n: upTo, w, delta, bytes, compacted: true, segments: count, after };
      }
    }
    covered.set(slice, { upTo: chain.at(-1)?.upTo ?? after, segments: count });
  }
}

/** The usable segments that follow each other from `from` on, the longest wherever there is a choice. */
function chainOf(segments: readonly Segment[], from: number, { limit, closes }: Demand): Segment[] {
  const chain: Segment[] = [];
  for (let at = from; ; ) {
    let next: Segment | undefined;
    for (const segment of segments) {
      if (segment.from !== at || segment.upTo > limit || segment.w >= closes) continue;
      if (next === undefined || segment.upTo > next.upTo) next = segment;
    }
    if (next === undefined) return chain;
    chain.push(next);
    at = next.upTo;
  }
}

/** The runs of commits that hold what segments do not, ascending and disjoint. */
function rangesLeft(
  open: OpenSlices,
  demands: ReadonlyMap<number, Demand>,
  covered: ReadonlyMap<number, Covered>,
): [first: number, last: number][] {
  const wanted: [number, number][] = [];
  for (const [slice, { upTo }] of covered) {
    const last = Math.min(open.get(slice)?.[1] ?? 0, demands.get(slice)?.until ?? 0);
    if (last > upTo) wanted.push([upTo + 1, last]);
  }
  wanted.sort((a, b) => a[0] - b[0]);
  const ranges: [number, number][] = [];
  for (const [first, last] of wanted) {
    const before = ranges.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else ranges.push([first, last]);
  }
  return ranges;
}
