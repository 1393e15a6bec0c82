import { KinesisClient, PutRecordsCommand, type PutRecordsCommandInput } from '@aws-sdk/client-kinesis';
import { mockClient } from 'aws-sdk-client-mock';
import type { StreamEvent } from '../../shared/events/types.ts';
import { createIngest, type IngestOptions } from '../../shared/ingest/ingest.ts';
import { ingestTypes } from '../../shared/ingest/ingest-type.ts';
import type { KeyCheck, KeyLimits } from '../../shared/ingest/keys.ts';
import { pipelines } from '../../shared/pipelines/index.ts';
import { decodeRecord } from '../../shared/streams/decode.ts';
import { FakeSenders } from '../factories/fake-senders.ts';
import { type Behaviour, FakeStream } from '../factories/fake-stream.ts';
import { type HttpRequest, httpEvent, TEST_KEY } from '../factories/http.ts';

/** An answer with its body parsed. */
export interface ParsedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An event as it is in the stream. */
export interface StoredEvent {
  readonly type: string;
  readonly source: string;
  readonly id: string;
  readonly time: number;
  readonly key: string;
  readonly data: unknown;
}

/** Ingestion in front of a fake stream. */
export interface IngestHarness {
  readonly stream: FakeStream;
  readonly warnings: string[];
  send(request: HttpRequest): Promise<ParsedAnswer>;
  handle: ReturnType<typeof createIngest>;
  /** The events in the stream, in order. */
  stored(): StoredEvent[];
  /** Of each of these the attributes that have no field of their own. */
  extras(): (Readonly<Record<string, unknown>> | undefined)[];
}

const KEYS: Readonly<Record<string, KeyCheck>> = {
  [TEST_KEY]: validKey({}),
  revoked: { status: 'disabled' },
};

/** A key with limits, as the table would tell of it. */
export function validKey(limits: KeyLimits, hash = 'hash'): KeyCheck {
  return { status: 'valid', hash, limits };
}

/** Options of ingestion that a test chooses. */
export type IngestOverrides = { [K in keyof IngestOptions]?: Exclude<IngestOptions[K], undefined> };

/** Builds ingestion of the sample pipelines whose stream behaves as told, request by request, and then well. */
export function ingestHarness(
  script: readonly Behaviour[] = [],
  options: IngestOverrides = {},
): IngestHarness {
  const stream = new FakeStream(script);
  const kinesis = new KinesisClient({ region: 'eu-west-1' });
  mockClient(kinesis)
    .on(PutRecordsCommand)
    .callsFake((input: PutRecordsCommandInput) => stream.put(input));
  const warnings: string[] = [];
  const handle = createIngest({
    kinesis,
    keys: { check: async (key) => KEYS[key] ?? { status: 'unknown' } },
    senders: new FakeSenders(),
    types: ingestTypes(pipelines, Object.fromEntries(pipelines.map(({ name }) => [name, `${name}-events`]))),
    warn: (message) => warnings.push(message),
    put: { attempts: 3, requestTimeout: 50, backoff: { base: 0, cap: 0 } },
    ...options,
  });
  return {
    stream,
    warnings,
    handle,
    send: async (request) => parseAnswer(await handle(httpEvent(request))),
    stored: () =>
      stream.stored.flatMap((text) =>
        eventsOf(Buffer.from(text, 'latin1')).map(({ extra, ...event }) => event),
      ),
    extras: () =>
      stream.stored.flatMap((text) => eventsOf(Buffer.from(text, 'latin1')).map(({ extra }) => extra)),
  };
}

function parseAnswer(answer: Awaited<ReturnType<IngestHarness['handle']>>): ParsedAnswer {
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers ?? {},
    body: (answer.body === undefined ? {} : JSON.parse(answer.body)) as Record<string, unknown>,
  };
}

function eventsOf(record: Uint8Array): StreamEvent[] {
  const events: StreamEvent[] = [];
  decodeRecord(record, {
    event: (_sub, type, source, id, time, key, data, _trusted, extra) =>
      events.push({ type, source, id, time, key, data, extra }),
    undecodable: (_sub, reason) => {
      throw new Error(`ingestion stored what is not an event: ${reason}`);
    },
  });
  return events;
}

/** Valid data of the sample type. */
export const trafficData = (over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  event_id: 'event-1',
  device: 'device-1',
  ip: '10.0.0.1',
  receive_bytes: 100,
  send_bytes: 50,
  receive_packets: 2,
  send_packets: 1,
  ts: 1_767_225_600_000,
  ...over,
});

/** A CloudEvents event of the sample type. */
export const trafficEvent = (over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  specversion: '1.0',
  id: 'event-1',
  source: '/test',
  type: 'network-traffic',
  time: '2026-01-01T00:00:00Z',
  data: trafficData(),
  ...over,
});
