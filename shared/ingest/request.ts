import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { ProblemError } from './problem.ts';
import { type Action, INGEST_ROUTES } from './routes.ts';

/** Headers, their names in lower case. */
export type Headers = Readonly<Record<string, string | undefined>>;

/** What ingestion reads of an HTTP request. */
export interface IngestRequest {
  readonly action: Action;
  /** The last part of `/v1/events/{type}`, undefined for `/v1/events`. */
  readonly type: string | undefined;
  readonly headers: Headers;
  /** The parameter `access_token` of web hooks whose senders can set no header. */
  readonly accessToken: string | undefined;
  readonly body: string | undefined;
  readonly base64: boolean;
  /** Who the gateway says is calling, on routes where it checks that. */
  readonly authorizer: unknown;
}

const PATH = /\/v1(?:\/(?:iam|jwt))?\/(events|validate)(?:\/([^/]+))?\/?$/;

/**
 * Reads an event of an HTTP API, payload format 2.0, whose header names are in lower case. Nothing in it is taken for
 * granted: a gateway that sends something else gets an answer, too.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 * @throws ProblemError `not-found` or `method-not-allowed`
 */
export function readRequest(event: Partial<APIGatewayProxyEventV2>): IngestRequest {
  const match = PATH.exec(textOf(event.rawPath) ?? '');
  if (match === null) {
    throw new ProblemError('not-found', 'events are posted to /v1/events or /v1/events/{type}');
  }
  const [, verb, type] = match;
  const context = (event.requestContext ?? {}) as { http?: { method?: unknown }; authorizer?: unknown };
  const path = type === undefined ? `/${verb}` : `/${verb}/{type}`;
  return {
    action: actionOf(path, textOf(context.http?.method)),
    type: type === undefined ? undefined : decoded(type),
    headers: textsOf(event.headers),
    accessToken: textOf(event.queryStringParameters?.access_token),
    body: textOf(event.body),
    base64: event.isBase64Encoded === true,
    authorizer: context.authorizer,
  };
}

function actionOf(path: string, method: string | undefined): Action {
  const routes = INGEST_ROUTES.filter((route) => route.path === path);
  const route = routes.find((one) => one.method === method);
  if (route !== undefined) return route.action;
  throw new ProblemError('method-not-allowed', `the method is ${method?.slice(0, 20)}`, {
    headers: { allow: allowed(path) },
  });
}

/** The methods of a path, as the header `allow` lists them. */
export const allowed = (path: string): string =>
  INGEST_ROUTES.filter((route) => route.path === path)
    .map(({ method }) => method)
    .join(', ');

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** What a gateway passes as headers, less what is not text. */
function textsOf(headers: unknown): Headers {
  if (typeof headers !== 'object' || headers === null) return {};
  return Object.values(headers).every((value) => typeof value === 'string')
    ? (headers as Headers)
    : Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, textOf(value)]));
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
