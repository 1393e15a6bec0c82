import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AwsJsonClient } from '../../tools/local/aws-json.ts';
import { type Service, startService } from '../../tools/local/emulators/start.ts';
import { createStreams } from '../../tools/local/emulators/streams.ts';
import type { Discarded } from '../../tools/local/event-source-mapping/delivery.ts';
import { RunningMapping } from '../../tools/local/event-source-mapping/mapping.ts';
import type { Outcome } from '../../tools/local/functions/outcome.ts';
import type { MappingSpec } from '../../tools/local/template/model.ts';

/** One delivery to the function of a mapping. */
export interface Delivered {
  readonly shard: string;
  readonly data: string[];
  readonly sequenceNumbers: string[];
  readonly bytes: number;
}

/** A real Kinesis emulator with streams, and mappings that deliver to functions of the test. */
export class StreamBench {
  readonly folder: string;
  readonly #service: Service;
  #streams = 0;

  private constructor(folder: string, service: Service) {
    this.folder = folder;
    this.#service = service;
  }

  static async start(): Promise<StreamBench> {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-streams-'));
    return new StreamBench(folder, await startService('kinesis', folder, () => {}));
  }

  get kinesis(): AwsJsonClient {
    return this.#service.client;
  }

  async stop(): Promise<void> {
    await this.#service.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A new stream. */
  async stream(shards = 1): Promise<string> {
    this.#streams += 1;
    const name = `stream-${this.#streams}`;
    await createStreams(this.kinesis, [{ name, shards, retentionHours: 24 }]);
    return name;
  }

  /** Puts texts, each under its own partition key unless one is given. */
  async put(StreamName: string, texts: readonly string[], key?: string): Promise<void> {
    for (let at = 0; at < texts.length; at += 500) {
      const Records = texts.slice(at, at + 500).map((text) => ({
        Data: Buffer.from(text).toString('base64'),
        PartitionKey: key ?? text.slice(0, 200),
      }));
      await this.kinesis.call('PutRecords', { StreamName, Records });
    }
  }

  /** The shards of a stream. */
  async shards(StreamName: string) {
    type Shard = { ShardId: string; HashKeyRange: { StartingHashKey: string; EndingHashKey: string } };
    const { Shards } = await this.kinesis.call<{ Shards: Shard[] }>('ListShards', { StreamName });
    return Shards;
  }

  /** A mapping from a stream to a function. A mapping of the same id goes on where an earlier one stopped. */
  async consume(
    streamName: string,
    respond: (delivered: Delivered, call: number) => unknown | Promise<unknown>,
    more: Partial<MappingSpec> = {},
  ): Promise<Consumer> {
    const mapping: MappingSpec = {
      id: `mapping-${streamName}`,
      functionName: 'fn',
      streamName,
      enabled: true,
      batchSize: 100,
      batchingWindowMs: 0,
      maximumRetryAttempts: -1,
      maximumRecordAgeSeconds: -1,
      bisectOnError: false,
      reportsItemFailures: false,
      startingPosition: { kind: 'TRIM_HORIZON' },
      filters: [],
      onFailureBucket: undefined,
      ...more,
    };
    const deliveries: Delivered[] = [];
    const discarded: { shardId: string; discarded: Discarded }[] = [];
    const running = await RunningMapping.start(join(this.folder, mapping.id), {
      mapping,
      label: 'fn',
      kinesis: this.kinesis,
      async invoke(payload): Promise<Outcome> {
        const delivered = read(payload);
        deliveries.push(delivered);
        try {
          const result = await respond(delivered, deliveries.length);
          return { ok: true, requestId: 'r', payload: JSON.stringify(result ?? null) };
        } catch (error) {
          const { name, message } = error as Error;
          return { ok: false, requestId: 'r', error: { errorType: name, errorMessage: message } };
        }
      },
      async discard(shardId, given) {
        discarded.push({ shardId, discarded: given });
      },
      notice: () => {},
    });
    return {
      deliveries,
      discarded,
      data: () => deliveries.flatMap(({ data }) => data),
      stop: () => running.stop(),
    };
  }
}

export interface Consumer {
  readonly deliveries: Delivered[];
  readonly discarded: { shardId: string; discarded: Discarded }[];
  /** The texts of all deliveries, in order. */
  data(): string[];
  stop(): Promise<void>;
}

function read(payload: string): Delivered {
  const { Records } = JSON.parse(payload) as {
    Records: { eventID: string; kinesis: { data: string; sequenceNumber: string } }[];
  };
  return {
    shard: Records[0]?.eventID.split(':')[0] ?? '',
    data: Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString()),
    sequenceNumbers: Records.map(({ kinesis }) => kinesis.sequenceNumber),
    bytes: Buffer.byteLength(payload),
  };
}
