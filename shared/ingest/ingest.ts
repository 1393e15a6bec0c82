import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { PutOptions } from '../streams/put.ts';
import { answerOf } from './answer.ts';
import { authorize } from './authorize.ts';
import { readBody } from './body.ts';
import { checkItems } from './checked.ts';
import { createIds } from './ids.ts';
import { type IngestTypes, typeNames } from './ingest-type.ts';
import { parseItems } from './items.ts';
import type { KeyChecker } from './keys.ts';
import { BARE_MEDIA, CLOUDEVENTS_MEDIA, mediaOf } from './media-type.ts';
import { ProblemError, problem, problemOf } from './problem.ts';
import { bareEvents, cloudEvents } from './read-event.ts';
import { receiptOf } from './receipt.ts';
import { type IngestRequest, readRequest } from './request.ts';
import { isThrottled, type StoreOutcome, storeEvents } from './store.ts';
import type { Warn } from './warn.ts';

/** What ingestion works with. */
export interface IngestOptions {
  readonly kinesis: KinesisClient;
  readonly keys: KeyChecker;
  readonly types: IngestTypes;
  readonly warn: Warn;
  readonly now?: () => number;
  readonly put?: Partial<PutOptions>;
}

type Answer = APIGatewayProxyStructuredResultV2;

/** With a last request of 5 s this ends well before the function's time-out, so that the client gets its receipt. */
const PUT: Partial<PutOptions> = { budget: 15_000 };

/** Handles one request after another; never throws. */
export function createIngest(options: IngestOptions): (event: APIGatewayProxyEventV2) => Promise<Answer> {
  const { types, warn } = options;
  const newId = createIds(options.now);
  const readCloudEvent = cloudEvents(types);

  const handle = async (event: APIGatewayProxyEventV2): Promise<Answer> => {
    const request = readRequest(event);
    await authorize(request.key, options.keys, warn);
    let assigned = false;
    const assign = () => {
      assigned = true;
      return newId();
    };
    const { read, media, idField } = source(request, assign);
    const items = parseItems(readBody(request), media);
    const checked = checkItems(items, read, idField);
    const outcome = await storeEvents(options.kinesis, types, checked.events, { ...PUT, ...options.put });
    if (outcome.missing.length > 0) report(outcome);
    return answerOf(receiptOf(items.length, checked, outcome, assigned), isThrottled(outcome.codes));
  };

  const source = (request: IngestRequest, assign: () => string) => {
    if (request.type === undefined) {
      return { read: readCloudEvent, media: mediaOf(request.contentType, CLOUDEVENTS_MEDIA), idField: 'id' };
    }
    const known = types.get(request.type);
    if (known === undefined) {
      const detail = `"${request.type.slice(0, 100)}" is none of: ${typeNames(types)}`;
      throw new ProblemError('unknown-type', detail);
    }
    return {
      read: bareEvents(known, assign),
      media: mediaOf(request.contentType, BARE_MEDIA),
      idField: known.type.id,
    };
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
