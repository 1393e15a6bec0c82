import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** Reads a stream of a local run from its beginning, as an outside consumer does. */
export class StreamTail {
  readonly #client: KinesisClient;
  readonly #iterators: (string | undefined)[];

  private constructor(client: KinesisClient, iterators: (string | undefined)[]) {
    this.#client = client;
    this.#iterators = iterators;
  }

  static async open(endpoint: string, stream: string): Promise<StreamTail> {
    const client = new KinesisClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      requestHandler: new NodeHttpHandler(),
    });
    const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName: stream }));
    const iterators = Shards.map(async ({ ShardId }) => {
      const start = { StreamName: stream, ShardId, ShardIteratorType: 'TRIM_HORIZON' as const };
      return (await client.send(new GetShardIteratorCommand(start))).ShardIterator;
    });
    return new StreamTail(client, await Promise.all(iterators));
  }

  /** The records that have come since the last call, shard by shard. */
  async read(): Promise<Buffer[]> {
    const found: Buffer[] = [];
    for (const [shard, ShardIterator] of this.#iterators.entries()) {
      if (ShardIterator === undefined) continue;
      const { Records = [], NextShardIterator } = await this.#client.send(
        new GetRecordsCommand({ ShardIterator }),
      );
      this.#iterators[shard] = NextShardIterator;
      for (const { Data } of Records) found.push(Buffer.from(Data ?? []));
    }
    return found;
  }

  close(): void {
    this.#client.destroy();
  }
}
