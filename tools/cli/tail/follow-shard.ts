import { setTimeout as sleep } from 'node:timers/promises';
import {
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  type _Record as KinesisRecord,
} from '@aws-sdk/client-kinesis';

/** Where reading begins: with what comes from now on, with the oldest record, or with what arrived from a time on. */
export type Start = 'latest' | 'oldest' | { readonly arrival: number };

export interface FollowShardOptions {
  readonly client: KinesisClient;
  readonly stream: string;
  readonly shard: string;
  readonly start: Start;
  /** Milliseconds between two reads of a shard that has nothing new: AWS allows five reads a second and shard in all. */
  readonly interval: number;
  readonly signal: AbortSignal;
  onRecord(record: KinesisRecord): void;
}

const LIMIT = 1_000;

/** Reads a shard until its end, which only resharding gives it, or until the signal. */
export async function followShard(options: FollowShardOptions): Promise<void> {
  const { client, interval, signal, onRecord } = options;
  const opened = Date.now();
  let last: string | undefined;
  let iterator = await iteratorAt(options, options.start);
  while (iterator !== undefined && !signal.aborted) {
    try {
      const answer = await client.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: LIMIT }), {
        abortSignal: signal,
      });
      const { Records = [], MillisBehindLatest = 0 } = answer;
      for (const record of Records) {
        if (signal.aborted) return;
        onRecord(record);
        last = record.SequenceNumber;
      }
      // Emulators say null.
      iterator = answer.NextShardIterator ?? undefined;
      if (iterator !== undefined && (Records.length === 0 || MillisBehindLatest === 0)) {
        await sleep(interval, undefined, { signal });
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ExpiredIteratorException)) throw error;
      // This machine was asleep. What came meanwhile is still in the stream.
      const since = options.start === 'latest' ? { arrival: opened } : options.start;
      iterator = await iteratorAt(options, last === undefined ? since : { after: last });
    }
  }
}

async function iteratorAt(
  { client, stream, shard, signal }: FollowShardOptions,
  at: Start | { readonly after: string },
): Promise<string | undefined> {
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({ StreamName: stream, ShardId: shard, ...typeOf(at) }),
    { abortSignal: signal },
  );
  return ShardIterator;
}

function typeOf(at: Start | { readonly after: string }) {
  if (at === 'latest') return { ShardIteratorType: 'LATEST' } as const;
  if (at === 'oldest') return { ShardIteratorType: 'TRIM_HORIZON' } as const;
  if ('after' in at) {
    return { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: at.after } as const;
  }
  return { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(at.arrival) } as const;
}
