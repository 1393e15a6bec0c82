import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { ProblemError } from './problem.ts';

/** What ingestion reads of an HTTP request. */
export interface IngestRequest {
  /** The last part of `/v1/events/{type}`, undefined for `/v1/events`. */
  readonly type: string | undefined;
  readonly key: string | undefined;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly body: string | undefined;
  readonly base64: boolean;
}

const PATH = /\/v1\/events(?:\/([^/]+))?\/?$/;

/**
 * Reads an event of an HTTP API, payload format 2.0, whose header names are in lower case. Nothing in it is taken for
 * granted: a gateway that sends something else gets an answer, too.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 * @throws ProblemError `not-found` or `method-not-allowed`
 */
export function readRequest(event: Partial<APIGatewayProxyEventV2>): IngestRequest {
  const match = PATH.exec(textOf(event.rawPath) ?? '');
  if (match === null)
    throw new ProblemError('not-found', 'events are posted to /v1/events or /v1/events/{type}');
  const method = textOf(event.requestContext?.http?.method);
  if (method !== 'POST') {
    throw new ProblemError('method-not-allowed', `the method is ${method?.slice(0, 20)}`, {
      headers: { allow: 'POST' },
    });
  }
  const headers = event.headers ?? {};
  return {
    type: match[1] === undefined ? undefined : decoded(match[1]),
    key: textOf(headers['x-api-key']),
    contentType: textOf(headers['content-type']),
    contentEncoding: textOf(headers['content-encoding']),
    body: textOf(event.body),
    base64: event.isBase64Encoded === true,
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
