import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ACCOUNT } from '../place.ts';
import type { RouteSpec } from '../template/model.ts';

/** Bodies that API Gateway hands over as text; every other one, and every compressed one, is base64. */
const TEXT = /^(text\/|application\/(json|javascript|xml|[\w.+-]+\+(json|xml))\s*(;|$))/i;

/**
 * Makes the Lambda event of an HTTP request, payload format 2.0.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function httpEvent(
  request: IncomingMessage,
  body: Buffer,
  route: RouteSpec,
  parameters: Readonly<Record<string, string>>,
  authorizer?: Readonly<Record<string, unknown>>,
): string {
  const [path = '/', query = ''] = splitQuery(request.url ?? '/');
  const { cookie, ...headers } = request.headers;
  const now = new Date();
  const isBinary = body.length > 0 && !isText(request, body);
  const queryParameters = joinRepeated(new URLSearchParams(query));
  return JSON.stringify({
    version: '2.0',
    routeKey: route.key,
    rawPath: path,
    rawQueryString: query,
    cookies: cookie?.split(/;\s*/),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, flat(value)])),
    queryStringParameters: presentOrNothing(queryParameters),
    pathParameters: presentOrNothing(parameters),
    requestContext: {
      accountId: ACCOUNT,
      apiId: 'local',
      authorizer,
      domainName: request.headers.host ?? '127.0.0.1',
      domainPrefix: 'local',
      http: {
        method: request.method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: route.key,
      stage: '$default',
      time: logTime(now),
      timeEpoch: now.getTime(),
    },
    body: body.length === 0 ? undefined : body.toString(isBinary ? 'base64' : 'utf8'),
    isBase64Encoded: isBinary,
  });
}

export function splitQuery(url: string): [path: string, query: string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

function isText(request: IncomingMessage, body: Buffer): boolean {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = request.headers;
  // Bytes that are not UTF-8 would not survive becoming a string, whatever they are declared to be.
  return encoding === 'identity' && TEXT.test(type) && isUtf8(body);
}

/** Repeated parameters are joined by commas. */
function joinRepeated(parameters: URLSearchParams): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of parameters) {
    joined[name] = Object.hasOwn(joined, name) ? `${joined[name]},${value}` : value;
  }
  return joined;
}

const presentOrNothing = <T extends object>(value: T): T | undefined =>
  Object.keys(value).length > 0 ? value : undefined;

const flat = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(',') : value;

/** `12/Mar/2020:19:03:58 +0000` */
function logTime(date: Date): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(date.toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}
