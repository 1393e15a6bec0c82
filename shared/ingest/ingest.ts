import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { PseudonymSource } from '../privacy/secret.ts';
import type { PutOptions } from '../streams/put.ts';
import { answerOf } from './answer.ts';
import { type Checked, checkItems } from './checked.ts';
import { handshake } from './handshake.ts';
import { allowType, type Caller, identify } from './identify.ts';
import { createIds } from './ids.ts';
import type { IngestTypes } from './ingest-type.ts';
import type { KeyChecker } from './keys.ts';
import { ProblemError, problem, problemOf } from './problem.ts';
import { pseudonymsFor } from './pseudonyms.ts';
import { receiptOf } from './receipt.ts';
import { type IngestRequest, readRequest } from './request.ts';
import { OFFSET_HEADER, offsetOf, sendingOf } from './sender-clock.ts';
import type { ClockMemory, UsageCounter } from './sender-table.ts';
import { createSources, knownType } from './source.ts';
import { isThrottled, oversizeEvents, type StoreOutcome, storeEvents } from './store.ts';
import { UsageMeter } from './usage.ts';
import type { Warn } from './warn.ts';

/** What ingestion works with. */
export interface IngestOptions {
  readonly kinesis: KinesisClient;
  readonly keys: KeyChecker;
  readonly senders: ClockMemory & UsageCounter;
  readonly types: IngestTypes;
  readonly warn: Warn;
  /** Told what became of the events of each request that was looked at. */
  readonly counted?: (counts: IngestCounts) => void;
  /** Needed where a type has personal fields. */
  readonly pseudonyms?: PseudonymSource | undefined;
  /** DNS names of the systems whose web hooks are agreed to; all where it is left out. */
  readonly webHookOrigins?: ReadonlySet<string> | undefined;
  readonly now?: () => number;
  readonly put?: Partial<PutOptions>;
}

/** What became of the events of one request. */
export interface IngestCounts {
  /** Durably in a stream. */
  readonly accepted: number;
  readonly rejected: number;
  /** To be sent again. */
  readonly retry: number;
}

type Answer = APIGatewayProxyStructuredResultV2;

/** With a last request of 5 s this ends well before the function's time-out, so that the client gets its receipt. */
const PUT: Partial<PutOptions> = { budget: 15_000 };

/** Handles one request after another; never throws. */
export function createIngest(options: IngestOptions): (event: APIGatewayProxyEventV2) => Promise<Answer> {
  const { types, warn, keys, senders, now = Date.now } = options;
  const sourceOf = createSources(types, createIds(now));
  const meter = new UsageMeter(senders, warn, now);

  const handle = async (event: APIGatewayProxyEventV2): Promise<Answer> => {
    const request = readRequest(event);
    if (request.action === 'handshake') {
      if (request.type !== undefined) knownType(types, request.type);
      return handshake(request, options.webHookOrigins);
    }
    const caller = await identify(request, keys, warn);
    if (request.type !== undefined && types.has(request.type)) allowType(caller, request.type);
    const { items, read, known, isAssigned } = sourceOf(request);
    const { arrived, offset } = await timesOf(request, caller);
    const pseudonyms = await pseudonymsFor(known === undefined ? types.values() : [known], options);
    const context = { types, known, allowed: caller.types, now: arrived, offset: offset ?? 0, pseudonyms };
    const checked = checkItems(items, read, context);
    const { outcome, throttled } = await store(request, caller, checked);
    const receipt = receiptOf(items.length, checked, outcome, isAssigned());
    const { stored, rejected, retry } = receipt;
    if (request.action === 'ingest') {
      options.counted?.({ accepted: stored.length, rejected: rejected.length, retry: retry.length });
    }
    return withHeaders(answerOf(receipt, throttled), {
      ...(offset !== undefined && { [OFFSET_HEADER]: String(offset) }),
      // The address with the key in it is not for anybody's cache (web hooks, section 3.2).
      ...(request.accessToken !== undefined && { 'cache-control': 'private' }),
    });
  };

  const timesOf = async (request: IngestRequest, caller: Caller) => {
    const arrived = now();
    const sending = sendingOf(request.headers);
    const memory = request.action === 'ingest' ? senders : undefined;
    const offset = sending && (await offsetOf(sending, caller.id, arrived, memory, warn));
    return { arrived, offset };
  };

  const store = async ({ action }: IngestRequest, caller: Caller, { events }: Checked) => {
    if (action === 'validate') {
      return { outcome: { missing: [], oversize: oversizeEvents(types, events) }, throttled: false };
    }
    const giveBack = events.length > 0 ? await meter.take(caller, events.length) : undefined;
    const outcome = await storeEvents(options.kinesis, types, events, { ...PUT, ...options.put });
    giveBack?.(outcome.missing.length + outcome.oversize.length);
    if (outcome.missing.length > 0) report(outcome);
    return { outcome, throttled: isThrottled(outcome.codes) };
  };

  const report = ({ missing, codes, fatal }: StoreOutcome) => {
    warn('events could not be stored', {
      count: missing.length,
      codes,
      ...(fatal !== undefined && { fatal }),
    });
  };

  return async (event) => {
    try {
      return await handle(event ?? {});
    } catch (error) {
      if (error instanceof ProblemError) return problemOf(error);
      warn('a request failed', { error });
      return problem('internal', 'the request could not be handled');
    }
  };
}

const withHeaders = (answer: Answer, headers: Readonly<Record<string, string>>): Answer => ({
  ...answer,
  headers: { ...answer.headers, ...headers },
});
