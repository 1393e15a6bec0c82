import {
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
  type ListShardsCommandInput,
  type ListShardsCommandOutput,
} from '@aws-sdk/client-kinesis';
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

/** A shard may answer with no records though there are some further on: as often as this, then it counts as unread. */
const EMPTY_READS = 10;

/** Looks whether a shard has anything after a position that is not consumed. */
export async function probeShard(
  client: KinesisClient,
  stream: string,
  shard: string,
  after: Position,
): Promise<Probe> {
  if (after.sub !== WHOLE_RECORD) return 'unread';
  const from =
    after.sequence === START.sequence
      ? ({ ShardIteratorType: 'TRIM_HORIZON' } as const)
      : ({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: after.sequence } as const);
  let { ShardIterator: iterator } = await client.send(
    new GetShardIteratorCommand({ StreamName: stream, ShardId: shard, ...from }),
  );
  for (let read = 0; read < EMPTY_READS; read++) {
    if (iterator === undefined || iterator === null) return 'ended';
    try {
      const answer = await client.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: 1 }));
      if ((answer.Records ?? []).length > 0) return 'unread';
      // "Nothing behind" is what Kinesis calls being at the tip; an emulator that does not say is taken to be there.
      iterator = answer.NextShardIterator;
      if (iterator !== undefined && iterator !== null && (answer.MillisBehindLatest ?? 0) === 0)
        return 'empty';
    } catch (error) {
      if (error instanceof ExpiredIteratorException) return 'unread';
      throw error;
    }
  }
  return 'unread';
}
