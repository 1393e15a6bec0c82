import { createHash } from 'node:crypto';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod';
import { createIngest } from '../../../shared/ingest/ingest.ts';
import { type IngestType, ingestTypes } from '../../../shared/ingest/ingest-type.ts';
import { createKeyChecker, type KeyChecker } from '../../../shared/ingest/keys.ts';
import { type EventType, eventType, personal, pipeline } from '../../../shared/pipeline/index.ts';
import { traffic } from '../../../shared/pipelines/network-traffic.ts';
import { Pseudonyms } from '../../../shared/privacy/pseudonyms.ts';
import { type Contestant, cpuTime, interleave, median, medianRatio, type RoundsOptions } from '../rounds.ts';
import { generateTraffic } from '../traffic.ts';

export interface IngestBenchOptions extends RoundsOptions {
  /** Events per request. */
  readonly events: number;
  /** Requests per round. */
  readonly requests: number;
}

export interface IngestRow {
  readonly what: string;
  /** Of CPU. */
  readonly nsPerEvent: number;
  /** CPU time in proportion to the bare path. */
  readonly ofBare: number;
}

export interface IngestBenchResult {
  readonly kind: 'ingest';
  readonly events: number;
  readonly rows: readonly IngestRow[];
}

const KEY = 'bench-key';
const STREAM = 'bench';
/** Events have their times before it: what is measured does not depend on the day. */
const NOW = Date.UTC(2026, 0, 2);

/** The sample type with two personal fields, as a shop's visitor and address would be. */
const personalTraffic = eventType(traffic.name, {
  description: traffic.description,
  schema: (traffic.schema as unknown as z.ZodObject).extend({
    device: personal(z.string().min(1).max(256)),
    ip: personal(z.string().min(1).max(64)),
  }) as unknown as typeof traffic.schema,
  id: 'event_id',
  time: 'ts',
  key: 'device',
});

interface Parts {
  readonly validation?: boolean;
  readonly authentication?: boolean;
  readonly pseudonyms?: boolean;
}

/**
 * The ingest function without its network, on the same requests with and without its parts: from the request to the records that
 * go to the stream, and the answer. The bare path parses JSON, reads ids, times and keys, packs by lane, and answers.
 */
export async function ingestBench(options: IngestBenchOptions): Promise<IngestBenchResult> {
  const { events, requests } = options;
  const bare = 'bare: parse, read, pack, answer';
  const contestants = [
    contestant(bare, {}),
    contestant('with authentication: key hashed, looked up in the cache, rate counted', {
      authentication: true,
    }),
    contestant('with validation against the schema', { validation: true }),
    contestant('with two fields made pseudonyms', { pseudonyms: true }),
    contestant('with all of these', { authentication: true, validation: true, pseudonyms: true }),
  ];
  const times = await interleave(contestants, bodies(events, requests), options, cpuTime);
  const timesOf = (name: string) => times.get(name) ?? [];
  return {
    kind: 'ingest',
    events,
    rows: contestants.map(({ name }) => ({
      what: name,
      nsPerEvent: (median(timesOf(name)) * 1e6) / (events * requests),
      ofBare: medianRatio(timesOf(name), timesOf(bare)),
    })),
  };
}

function contestant(name: string, parts: Parts): Contestant<readonly APIGatewayProxyEventV2[]> {
  const known = typeOf(parts.pseudonyms ? personalTraffic : traffic);
  const pseudonyms = new Pseudonyms([{ id: 'k1', key: Buffer.alloc(32, 7), from: Number.MIN_SAFE_INTEGER }]);
  const ingest = createIngest({
    kinesis: endlessStream,
    keys: parts.authentication ? checkerOverFakeTable() : anyKey,
    senders: { remember: async (_, measured) => measured, add: async () => true },
    types: new Map([[traffic.name, parts.validation ? known : { ...known, validate: () => undefined }]]),
    pseudonyms: async () => pseudonyms,
    warn: () => {},
    now: () => NOW,
  });
  return {
    name,
    async run(requests) {
      for (const request of requests) {
        const { statusCode } = (await ingest(request)) as { statusCode?: number };
        if (statusCode !== 202) throw new Error(`${name}: answered with ${statusCode}`);
      }
    },
  };
}

function typeOf(type: typeof traffic): IngestType {
  const declared = pipeline('bench', {
    description: 'bench',
    types: [type as unknown as EventType],
    stages: [],
  });
  const [known] = ingestTypes([declared], { bench: STREAM }).values();
  if (known === undefined) throw new TypeError('the type is not there');
  return known;
}

const anyKey: KeyChecker = { check: async () => ({ status: 'valid', hash: 'hash', limits: {} }) };

/** A key with a rate, as the table holds it; the checker asks once a minute. */
function checkerOverFakeTable(): KeyChecker {
  const hash = createHash('sha256').update(KEY).digest('hex');
  const item = { pk: { S: hash }, rate: { N: '100000000' } };
  const client = { send: async () => ({ Item: item }) } as unknown as Parameters<
    typeof createKeyChecker
  >[0]['client'];
  return createKeyChecker({ client, table: 'keys' });
}

/** Stores everything at once: the SDK and the network are the same whatever was done before. */
const endlessStream = {
  send: async ({ input }: { input: { Records: readonly unknown[] } }) => ({
    Records: input.Records.map(() => ({ SequenceNumber: '1', ShardId: 'shardId-000000000000' })),
  }),
} as unknown as KinesisClient;

function* bodies(events: number, requests: number): Generator<readonly APIGatewayProxyEventV2[], never> {
  for (let seed = 1; ; seed++) {
    const lines = [...generateTraffic({ events: events * requests, seed })];
    yield Array.from({ length: requests }, (_, at) =>
      request(lines.slice(at * events, (at + 1) * events).join('\n')),
    );
  }
}

const request = (body: string): APIGatewayProxyEventV2 =>
  ({
    version: '2.0',
    rawPath: `/v1/events/${traffic.name}`,
    headers: { 'content-type': 'application/x-ndjson', 'x-api-key': KEY },
    requestContext: { http: { method: 'POST' } },
    body,
    isBase64Encoded: false,
  }) as unknown as APIGatewayProxyEventV2;
