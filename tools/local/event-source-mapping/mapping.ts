import type { StartingPosition } from '../template/model.ts';
import { Checkpoints } from './checkpoints.ts';
import { type PollerContext, pollShard } from './shard-poller.ts';

interface Shard {
  readonly ShardId: string;
  readonly ParentShardId?: string;
  readonly AdjacentParentShardId?: string;
}

/** How often the stream's shards are looked at, besides whenever one of them ends. */
const LIST_MS = 10_000;

/** What a mapping needs of the local run. */
export type MappingContext = Omit<PollerContext, 'checkpoints' | 'since'>;

/** A running event source mapping: one poller per shard, children after their parents. */
export class RunningMapping {
  readonly #context: PollerContext;
  readonly #abort = new AbortController();
  readonly #pollers = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  private constructor(context: PollerContext) {
    this.#context = context;
  }

  /**
   * Starts the pollers of the shards that there are.
   *
   * @param folder - where its checkpoints are kept
   * @throws AwsJsonError when the stream does not exist
   */
  static async start(folder: string, context: MappingContext): Promise<RunningMapping> {
    const { kinesis, mapping, label, notice } = context;
    const { StreamDescriptionSummary: stream } = await kinesis.call<{
      StreamDescriptionSummary: { StreamCreationTimestamp: number };
    }>('DescribeStreamSummary', { StreamName: mapping.streamName });
    const identity = `${mapping.streamName}@${stream.StreamCreationTimestamp}`;
    const checkpoints = new Checkpoints(folder, identity, (error) =>
      notice(`${label}: cannot write a checkpoint: ${error.message}`),
    );
    const since = sinceOf(mapping.startingPosition, checkpoints.createdMs);
    const running = new RunningMapping({ ...context, checkpoints, since });
    await running.#refresh();
    running.#timer = setInterval(() => running.#refreshLater(), LIST_MS);
    return running;
  }

  /** Lets running invocations finish; resolves when the checkpoints are on disk. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#abort.abort();
    await Promise.all(this.#pollers.values());
    await this.#context.checkpoints.flush();
  }

  async #refresh(): Promise<void> {
    const { kinesis, mapping, checkpoints } = this.#context;
    const { Shards } = await kinesis.call<{ Shards: Shard[] }>('ListShards', {
      StreamName: mapping.streamName,
    });
    const present = new Set(Shards.map(({ ShardId }) => ShardId));
    // A parent that the stream does not know any more was trimmed: nothing of it can come.
    const isDone = (parent: string | undefined): boolean =>
      parent === undefined || !present.has(parent) || checkpoints.get(parent)?.finished === true;
    for (const { ShardId, ParentShardId, AdjacentParentShardId } of Shards) {
      if (this.#pollers.has(ShardId) || checkpoints.get(ShardId)?.finished === true) continue;
      if (isDone(ParentShardId) && isDone(AdjacentParentShardId)) this.#poll(ShardId);
    }
  }

  #poll(shardId: string): void {
    if (this.#abort.signal.aborted) return;
    const poller = pollShard(this.#context, shardId, this.#abort.signal).then(() => {
      this.#pollers.delete(shardId);
      this.#refreshLater();
    });
    this.#pollers.set(shardId, poller);
  }

  #refreshLater(): void {
    if (this.#abort.signal.aborted) return;
    this.#refresh().catch((error: Error) =>
      this.#context.notice(`${this.#context.label}: cannot list shards: ${error.message}`),
    );
  }
}

/**
 * The arrival time from which on records are delivered. LATEST means "from when the mapping was made on", so that a
 * restart before the first record loses none.
 */
function sinceOf(position: StartingPosition, createdMs: number): number {
  switch (position.kind) {
    case 'TRIM_HORIZON':
      return 0;
    case 'LATEST':
      return createdMs;
    case 'AT_TIMESTAMP':
      return position.timestampMs;
  }
}
