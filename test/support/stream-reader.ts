import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { StreamEvent } from '../../shared/events/types.ts';
import { decodeRecord } from '../../shared/streams/decode.ts';
import type { LocalRun } from '../../tools/local/run.ts';

/** A client for the streams of a local run. */
export const streamsOf = (run: Pick<LocalRun, 'endpoints' | 'region'>): KinesisClient =>
  new KinesisClient({
    endpoint: run.endpoints.kinesis,
    region: run.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: new NodeHttpHandler(),
  });

/** Every event of a stream, shard by shard, in order. */
export async function readEvents(client: KinesisClient, StreamName: string): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }));
  for (const { ShardId } of Shards) {
    let { ShardIterator } = await client.send(
      new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    for (let empty = false; !empty && ShardIterator !== undefined; ) {
      const answer = await client.send(new GetRecordsCommand({ ShardIterator }));
      const { Records = [] } = answer;
      // AWS answers with nothing now and then before the end.
      empty = Records.length === 0 && (answer.MillisBehindLatest ?? 0) === 0;
      ShardIterator = answer.NextShardIterator;
      for (const { Data } of Records) {
        decodeRecord(Data as Uint8Array, {
          event: (_sub, type, source, id, time, key, data) => {
            events.push({ type, source, id, time, key, data });
          },
          undecodable: (_sub, reason) => {
            throw new Error(reason);
          },
        });
      }
    }
  }
  return events;
}
