import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { compileStage } from '../../shared/state/compiled-stage.ts';
import { fireStage } from '../../shared/state/fire.ts';
import { joinBuckets } from '../../shared/state/fire-buckets.ts';
import type { BucketHint, FireOutputs } from '../../shared/state/fire-outputs.ts';
import { stageContext } from '../../shared/state/stage-context.ts';
import { decodeRecord } from '../../shared/streams/decode.ts';
import { putAll } from '../../shared/streams/put-all.ts';
import { expectedValues, grandTotal, indexOfKey, manyKeysStage } from './many-keys.ts';

/** One function that fires, as a process with the memory of one: it reads the state and says what it put to the stream. */
export interface FireChildOptions {
  readonly endpoint: string;
  readonly table: string;
  readonly keys: number;
  readonly maxKeys: number;
  readonly now: number;
  readonly bucket?: BucketHint;
}

/** What a child sends: buckets that others should take part in, and at its end what it did. */
export type FireChildMessage =
  | { readonly hint: BucketHint }
  | {
      readonly report: {
        /** Keys of which it emitted a result: a bit each, base64. */
        readonly emitted: string;
        readonly results: number;
        readonly records: number;
        readonly bytes: number;
        readonly wrong: readonly string[];
        readonly ms: number;
        readonly maxRss: number;
      };
    };

const options = JSON.parse(process.argv[2] ?? '') as FireChildOptions;
const { endpoint, table, keys, maxKeys, now, bucket } = options;
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const requestHandler = new NodeHttpHandler();
const context = stageContext({
  client: new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, requestHandler }),
  table,
  pipeline: 'test',
  compiled: compileStage(manyKeysStage),
  retention: 86_400_000,
  maxKeys,
  now: () => now,
});

const emitted = Buffer.alloc(Math.ceil(keys / 8));
const total = grandTotal(keys);
const wrong: string[] = [];
let records = 0;
let bytes = 0;

function check(key: string, values: unknown): void {
  const index = indexOfKey(key);
  const byte = index >> 3;
  const bit = 1 << (index & 7);
  if (((emitted[byte] as number) & bit) !== 0) wrong.push(`${key} twice`);
  emitted[byte] = (emitted[byte] as number) | bit;
  const expected = JSON.stringify(expectedValues(index, total));
  if (JSON.stringify(values) !== expected && wrong.length < 10)
    wrong.push(`${key}: ${JSON.stringify(values)}, not ${expected}`);
}

/** A stream that takes everything, decoded as a consumer would. */
const kinesis = {
  send: async ({ input }: PutRecordsCommand) => {
    const put = input.Records ?? [];
    for (const { Data = new Uint8Array() } of put) {
      records++;
      bytes += Data.length;
      decodeRecord(Data, {
        event: (_sub, _type, _source, _id, _time, key, data) =>
          check(key, (data as { values: unknown }).values),
        undecodable: (_sub, reason) => void wrong.push(reason),
      });
    }
    return { Records: put.map(() => ({ SequenceNumber: '1', ShardId: '1' })) };
  },
} as unknown as KinesisClient;

const outputs: FireOutputs = {
  emit: async (results, packed) => (await putAll(kinesis, 'results', 16, results, packed)).count,
  listShards: async () => [],
  sleep: async () => {},
  remaining: () => 900_000,
  fireBucket: async (hint) => void process.send?.({ hint } satisfies FireChildMessage),
};

const started = performance.now();
const results =
  bucket === undefined
    ? (await fireStage(context, outputs)).results
    : await joinBuckets(context, outputs, bucket);
process.send?.({
  report: {
    emitted: emitted.toString('base64'),
    results,
    records,
    bytes,
    wrong,
    ms: performance.now() - started,
    maxRss: process.resourceUsage().maxRSS * 1024,
  },
} satisfies FireChildMessage);
process.disconnect?.();
