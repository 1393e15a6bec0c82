import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CorsSpec } from '../template/model.ts';

/**
 * Adds the headers with which a browser lets a page read an answer, and answers the question that it asks before.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 * @returns whether the request was such a question, which is answered
 */
export function applyCors(
  cors: CorsSpec | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { origin, 'access-control-request-method': asked } = request.headers;
  if (cors === undefined || origin === undefined) return false;
  const isPreflight = request.method === 'OPTIONS' && asked !== undefined;
  const all = cors.origins.includes('*');
  if (all || cors.origins.includes(origin)) {
    response.setHeader('access-control-allow-origin', all ? '*' : origin);
    if (!all) response.setHeader('vary', 'origin');
    const lists = isPreflight
      ? { 'access-control-allow-methods': cors.methods, 'access-control-allow-headers': cors.headers }
      : { 'access-control-expose-headers': cors.exposed };
    for (const [name, list] of Object.entries(lists)) {
      if (list.length > 0) response.setHeader(name, list.join(','));
    }
    if (isPreflight && cors.maxAge !== undefined) response.setHeader('access-control-max-age', cors.maxAge);
  }
  if (isPreflight) response.writeHead(204).end();
  return isPreflight;
}
