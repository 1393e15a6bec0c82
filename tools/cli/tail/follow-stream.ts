import { setTimeout as sleep } from 'node:timers/promises';
import type { _Record as KinesisRecord } from '@aws-sdk/client-kinesis';
import type { ShardInfo } from '../../../shared/state/heads.ts';
import { listShards } from '../../../shared/streams/shards.ts';
import { type FollowShardOptions, followShard } from './follow-shard.ts';

export interface FollowStreamOptions extends Omit<FollowShardOptions, 'shard' | 'onRecord'> {
  /** Milliseconds after which new shards are looked for; one that ends makes it look at once. */
  readonly refresh: number;
  onRecord(record: KinesisRecord, shard: ShardInfo): void;
}

/**
 * Reads a stream until the signal, through splits and merges: a shard begins when all that it descends from is read, so that the
 * events of a key come in order.
 *
 * @throws whatever Kinesis answers, such as that there is no such stream
 */
export async function followStream(options: FollowStreamOptions): Promise<void> {
  const { client, stream, refresh, signal, onRecord } = options;
  const ended = new Set<string>();
  const reading = new Map<string, Promise<void>>();
  // One shard that fails ends them all.
  const abort = new AbortController();
  const both = AbortSignal.any([signal, abort.signal]);
  let isFirst = true;
  try {
    while (!signal.aborted) {
      const shards = await listShards(client, stream);
      const known = new Set(shards.map(({ shard }) => shard));
      for (const shard of shards) {
        const { shard: id, parents } = shard;
        if (reading.has(id) || ended.has(id)) continue;
        const isReady = parents.every((parent) => !known.has(parent) || ended.has(parent));
        // What comes from now on comes to the shards that there are; those that are closed end at once.
        const isLatest = isFirst && options.start === 'latest';
        if (!isReady && !isLatest) continue;
        const start = options.start === 'latest' && !isLatest ? 'oldest' : options.start;
        const read = followShard({
          ...options,
          shard: id,
          start,
          signal: both,
          onRecord: (record) => onRecord(record, shard),
        });
        reading.set(
          id,
          read.then(() => {
            reading.delete(id);
            ended.add(id);
          }),
        );
      }
      isFirst = false;
      await Promise.race([sleep(refresh, undefined, { signal: both }), ...reading.values()]);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    abort.abort();
    await Promise.allSettled(reading.values());
  }
}
