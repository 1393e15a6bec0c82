import type { SourceRecord } from '../../../shared/state/writer.ts';
import type { MemoryStream } from '../../support/memory-stream.ts';
import type { Process } from './process.ts';

/** A container of a window or filter function that serves one shard, with what is cached in it. */
export interface Consumer {
  readonly process: Process;
  readonly work: { process(records: readonly SourceRecord[]): Promise<unknown> };
}

interface ShardFeed {
  checkpoint: string | undefined;
  /** Whose invocation the event source mapping waits for. */
  waiting: Consumer | undefined;
  /** The container that served the last batch. */
  warm: Consumer | undefined;
}

/** The event source mapping: per shard one batch at a time, in order, again and again until it succeeds. */
export class Feeds {
  readonly #stream: MemoryStream;
  readonly #shards = new Map<string, ShardFeed>();
  readonly #checkpoints = new Map<string, string>();

  constructor(stream: MemoryStream) {
    this.#stream = stream;
  }

  of(shard: string): ShardFeed {
    let feed = this.#shards.get(shard);
    if (feed === undefined) {
      feed = { checkpoint: undefined, waiting: undefined, warm: undefined };
      this.#shards.set(shard, feed);
    }
    return feed;
  }

  /** The next batch of a shard, empty while one is under way, or the shard's parents are not consumed. */
  next(shard: string, count: number): SourceRecord[] {
    const { waiting, checkpoint } = this.of(shard);
    if (waiting !== undefined || !this.#stream.isReady(shard, this.#checkpoints)) return [];
    return this.#stream.read(shard, checkpoint, count);
  }

  /** Records from up to `back` before the checkpoint on, with other boundaries than they had. */
  again(shard: string, back: number, count: number): SourceRecord[] {
    if (!this.#stream.isReady(shard, this.#checkpoints)) return [];
    const all = this.#stream.read(shard, undefined, Number.MAX_SAFE_INTEGER);
    const at = all.findIndex(({ sequence }) => sequence === this.of(shard).checkpoint) + 1;
    const from = Math.max(0, at - back);
    return all.slice(from, from + count);
  }

  /** A batch was processed: the mapping goes on behind it, unless it has given the invocation up. */
  done(shard: string, consumer: Consumer, last: string): void {
    const feed = this.of(shard);
    if (feed.waiting !== consumer) return;
    feed.waiting = undefined;
    feed.checkpoint = last;
    this.#checkpoints.set(shard, last);
  }

  failed(shard: string, consumer: Consumer): void {
    const feed = this.of(shard);
    if (feed.waiting === consumer) feed.waiting = undefined;
  }

  /** A process is dead, or taken for dead: its shards are served by others. */
  forget(process: Process): void {
    for (const feed of this.#shards.values()) {
      if (feed.waiting?.process === process) feed.waiting = undefined;
      if (feed.warm?.process === process) feed.warm = undefined;
    }
  }
}
