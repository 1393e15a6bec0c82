import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import {
  MAX_PAYLOAD_BYTES,
  type Outcome,
  PayloadTooLargeError,
  UnknownFunctionError,
} from '../functions/outcome.ts';
import { BodyTooLargeError, readBody } from '../http/body.ts';
import { nameInArn } from '../place.ts';

export interface InvokeOptions {
  /** @throws UnknownFunctionError */
  readonly check: (name: string) => void;
  /** @throws UnknownFunctionError, PayloadTooLargeError */
  readonly invoke: (name: string, payload: string) => Promise<Outcome>;
  /** Takes an asynchronous invocation. */
  readonly enqueue: (name: string, payload: string) => void;
}

/** Asynchronous events: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_ASYNC_BYTES = 1024 * 1024;

/**
 * The `Invoke` operation of the Lambda API; functions call each other through it.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function createInvokeHandler(options: InvokeOptions): RequestListener {
  return (request, response) => {
    answer(options, request, response).catch((error) => fail(request, response, error));
  };
}

async function answer(
  { check, invoke, enqueue }: InvokeOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('x-amzn-requestid', randomUUID());
  const name = functionIn(request);
  check(name);
  const type = String(request.headers['x-amz-invocation-type'] ?? 'RequestResponse');
  const body = await readBody(request, type === 'Event' ? MAX_ASYNC_BYTES : MAX_PAYLOAD_BYTES);
  const payload = body.length === 0 ? '{}' : body.toString('utf8');
  JSON.parse(payload);
  if (type === 'DryRun') {
    response.writeHead(204).end();
  } else if (type === 'Event') {
    enqueue(name, payload);
    response.writeHead(202).end();
  } else {
    const outcome = await invoke(name, payload);
    response.setHeader('x-amz-executed-version', '$LATEST');
    if (!outcome.ok) response.setHeader('x-amz-function-error', 'Unhandled');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(outcome.ok ? outcome.payload : JSON.stringify(outcome.error));
  }
}

/** A function may be named by its name, its ARN or a part of that, with or without a qualifier. */
function functionIn(request: IncomingMessage): string {
  const { pathname } = new URL(request.url ?? '/', 'http://local');
  const [, encoded] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(pathname) ?? [];
  if (request.method !== 'POST' || encoded === undefined) {
    throw new UnknownFunctionError(`${request.method} ${pathname} is not part of the local Lambda`);
  }
  const id = decodeURIComponent(encoded);
  if (id.startsWith('arn:')) return nameInArn(id);
  const partial = /(?:^|:)function:([^:]+)/.exec(id)?.[1];
  return partial ?? id.split(':')[0] ?? id;
}

function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const [status, type] = classify(error);
  const message = error instanceof Error ? error.message : String(error);
  if (!request.complete) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type });
  response.end(JSON.stringify({ Type: status < 500 ? 'User' : 'Service', Message: message, message }));
}

function classify(error: unknown): [status: number, type: string] {
  if (error instanceof UnknownFunctionError) return [404, 'ResourceNotFoundException'];
  if (error instanceof BodyTooLargeError || error instanceof PayloadTooLargeError) {
    return [413, 'RequestTooLargeException'];
  }
  if (error instanceof SyntaxError) return [400, 'InvalidRequestContentException'];
  return [500, 'ServiceException'];
}
