import type { ServerResponse } from 'node:http';
import { isObject } from '../template/types.ts';

/** Headers that belong to the connection and are not the function's to set. */
const NOT_PASSED = new Set(['content-length', 'connection', 'transfer-encoding', 'keep-alive']);

/**
 * Sends what a function returned, payload format 2.0: an object with a status code, or any JSON, which becomes the body.
 *
 * @throws TypeError when the response's parts are not what the format says
 */
export function sendResponse(response: ServerResponse, payload: string): void {
  const result: unknown = JSON.parse(payload);
  if (!isObject(result) || result.statusCode === undefined) {
    const text = typeof result === 'string' ? result : payload;
    response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    return;
  }
  const { statusCode, headers, cookies, body = '', isBase64Encoded } = result;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || typeof body !== 'string') throw new TypeError('malformed response');
  response.statusCode = status;
  for (const [name, value] of Object.entries(isObject(headers) ? headers : {})) {
    if (!NOT_PASSED.has(name.toLowerCase())) response.setHeader(name, String(value));
  }
  if (Array.isArray(cookies)) response.setHeader('set-cookie', cookies.map(String));
  if (!response.hasHeader('content-type') && body !== '') response.setHeader('content-type', 'text/plain');
  const bytes = Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8');
  response.setHeader('content-length', bytes.length);
  response.end(bytes);
}
