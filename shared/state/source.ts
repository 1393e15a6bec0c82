import type { StageInput } from '../pipeline/index.ts';
import type { ShardTime } from '../windows/watermark.ts';
import type { Head, Heads } from './heads.ts';
import { newestSeen } from './marks.ts';
import { type Position, START } from './position.ts';
import type { StageContext } from './stage-context.ts';

/** A filter stage that a stage's events come through. */
export interface PassedFilter {
  readonly name: string;
  readonly from: StageInput;
  readonly heads: Heads;
}

/**
 * One shard of the stream in which a stage's time begins: its own input, or where filter stages lie between, the input of the first
 * of them. What did not pass is no less a sign of time, and a filter that is stuck holds the time of everybody behind it.
 */
export interface SourceShard extends ShardTime {
  readonly head: Head;
  /** Whether the stage has seen all that came of what the head says was consumed. */
  readonly seen: boolean;
}

/**
 * What a stage has seen of the shards of its source. Its own shards are that as far as they are consumed. Of a filter's shard the
 * newest mark counts of which the reader has consumed everything: what was put after it may still lie in the stream between.
 *
 * @param own - the stage's heads
 * @param filters - the heads of the filter stages that its events come through, the last filter first
 */
export function sourceShards(
  own: readonly Head[],
  filters: readonly (readonly Head[])[],
): readonly SourceShard[] {
  let shards: readonly SourceShard[] = own.map((head) => ({
    head,
    maxEventTime: head.maxEventTime,
    seen: true,
  }));
  let positions = new Map(own.map(({ shard, position }) => [shard, position]));
  for (const heads of filters) {
    const passed = heads.map((head) => ({ head, ...passedOf(head, positions) }));
    positions = new Map(passed.map(({ head, position }) => [head.shard, position]));
    shards = passed.map(({ head, maxEventTime, seen }) => ({ head, maxEventTime, seen }));
  }
  return shards;
}

function passedOf(
  { marks }: Head,
  positions: ReadonlyMap<string, Position>,
): { readonly position: Position; readonly maxEventTime: number; readonly seen: boolean } {
  const mark = newestSeen(marks ?? [], positions);
  // Of a shard that is only registered nothing was put.
  const seen = marks === undefined || (mark !== undefined && mark === marks[0]);
  return {
    position: mark?.position ?? START,
    maxEventTime: mark?.maxEventTime ?? Number.NEGATIVE_INFINITY,
    seen,
  };
}

/** Those that may hold the stage's time: a shard that was consumed and has handed over does so until all of it is seen. */
export const holding = (shards: readonly SourceShard[]): readonly SourceShard[] =>
  shards.filter(({ head, seen }) => !head.retired || !seen);

/** The source of a stage as its writers see it: they know their own heads, and read those of filters. */
export async function readSource(
  { filters }: Pick<StageContext, 'filters'>,
  own: readonly Head[],
): Promise<readonly SourceShard[]> {
  const heads = await Promise.all(filters.map(async (filter) => (await filter.heads.read()).heads));
  return holding(sourceShards(own, heads));
}
