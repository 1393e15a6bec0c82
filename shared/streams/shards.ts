import {
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
  type ListShardsCommandInput,
  type ListShardsCommandOutput,
} from '@aws-sdk/client-kinesis';
import type { ConcernsStage } from '../results/stage-reader.ts';
import type { ShardInfo } from '../state/heads.ts';
import { type Position, START, WHOLE_RECORD } from '../state/position.ts';
import type { Probe } from '../state/sweep-shards.ts';

/** All shards of a stream that Kinesis still shows, closed ones included. */
export async function listShards(client: KinesisClient, stream: string): Promise<ShardInfo[]> {
  const shards: ShardInfo[] = [];
  let input: ListShardsCommandInput | undefined = { StreamName: stream };
  while (input !== undefined) {
    const answer: ListShardsCommandOutput = await client.send(new ListShardsCommand(input));
    for (const shard of answer.Shards ?? []) {
      const { StartingHashKey: start = '0', EndingHashKey: end = '0' } = shard.HashKeyRange ?? {};
      const parents = [shard.ParentShardId, shard.AdjacentParentShardId];
      shards.push({
        shard: shard.ShardId ?? '',
        parents: parents.filter((parent) => parent !== undefined),
        hashRange: [start, end],
      });
    }
    input = answer.NextToken === undefined ? undefined : { NextToken: answer.NextToken };
  }
  return shards;
}

/** A shard may answer with nothing for a stage though there is something further on: after so many reads it counts as unread. */
const MAX_READS = 10;
/** Those who consume the shard share its reads: what is unread is a few records, unless they are stuck. */
const RECORDS_PER_READ = 100;

/** Where to look for what. */
export interface UnreadLook {
  readonly shard: string;
  readonly after: Position;
  readonly concerns: ConcernsStage;
}

/** Looks whether a shard has anything for a stage after the position that it has consumed. */
export async function probeShard(
  client: KinesisClient,
  stream: string,
  { shard, after, concerns }: UnreadLook,
): Promise<Probe> {
  if (after.sub !== WHOLE_RECORD) return 'unread';
  const from =
    after.sequence === START.sequence
      ? ({ ShardIteratorType: 'TRIM_HORIZON' } as const)
      : ({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: after.sequence } as const);
  let { ShardIterator: iterator } = await client.send(
    new GetShardIteratorCommand({ StreamName: stream, ShardId: shard, ...from }),
  );
  let others = false;
  for (let read = 0; read < MAX_READS; read++) {
    // Until the last record of a closed shard is consumed its consumer is not done with it, whatever it is about.
    if (iterator === undefined || iterator === null) return others ? 'unread' : 'ended';
    try {
      const answer = await client.send(
        new GetRecordsCommand({ ShardIterator: iterator, Limit: RECORDS_PER_READ }),
      );
      const records = answer.Records ?? [];
      if (records.some(({ Data }) => Data === undefined || concerns(Data))) return 'unread';
      others ||= records.length > 0;
      // "Nothing behind" is what Kinesis calls being at the tip; an emulator that does not say, or always says so, is believed
      // where it answers with less than it was asked for.
      iterator = answer.NextShardIterator;
      const atTip = (answer.MillisBehindLatest ?? 0) === 0 && records.length < RECORDS_PER_READ;
      if (iterator !== undefined && iterator !== null && atTip) return 'empty';
    } catch (error) {
      if (error instanceof ExpiredIteratorException) return 'unread';
      throw error;
    }
  }
  return 'unread';
}
