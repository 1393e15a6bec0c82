import { gzipSync } from 'node:zlib';
import { traffic } from '../support/api-client.ts';

/** The data of a valid event, for changing. */
const data = (over: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  JSON.parse(traffic(over)) as Record<string, unknown>;

/** An object in an object in an object. */
function nested(depth: number): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < depth; level++) value = { value };
  return value;
}

/** A request that is wrong, and its documented answer. */
export interface BadRequest {
  readonly what: string;
  readonly path?: string;
  readonly init?: RequestInit;
  /** Text and bytes as they are, anything else as JSON. */
  readonly body?: unknown;
  readonly status: number;
  /** The end of the problem's type, where the application answers and not the gateway. */
  readonly code?: string;
  /** What the answer must name. */
  readonly names: RegExp;
}

export const BAD_REQUESTS: readonly BadRequest[] = [
  { what: 'what is not JSON', body: '{"device":', status: 400, code: 'invalid-json', names: /not JSON/ },
  { what: 'an empty body', body: '', status: 400, code: 'empty-request', names: /no event/ },
  { what: 'an empty array', body: '[]', status: 400, code: 'empty-request', names: /no event/ },
  {
    what: 'a counter that is text',
    body: data({ receive_bytes: 'many' }),
    status: 400,
    code: 'invalid-events',
    names: /receive_bytes/,
  },
  {
    what: 'a negative counter',
    body: data({ send_packets: -1 }),
    status: 400,
    code: 'invalid-events',
    names: /send_packets/,
  },
  {
    what: 'a device that is missing',
    body: data({ device: undefined }),
    status: 400,
    code: 'invalid-events',
    names: /device/,
  },
  {
    what: 'a day that does not exist',
    body: data({ ts: '2026-02-30T00:00:00Z' }),
    status: 400,
    code: 'invalid-events',
    names: /ts/,
  },
  { what: 'a number for an event', body: '[1]', status: 400, code: 'invalid-events', names: /object/ },
  {
    what: 'an event nested too deep',
    body: data({ device: nested(200) }),
    status: 400,
    code: 'invalid-events',
    names: /deep|device/,
  },
  {
    what: 'brackets without end',
    body: '['.repeat(100_000),
    status: 400,
    code: 'invalid-json',
    names: /not JSON/,
  },
  {
    what: 'arrays as deep as a body is long',
    body: '['.repeat(100_000) + ']'.repeat(100_000),
    status: 400,
    code: 'invalid-events',
    names: /deep/,
  },
  {
    what: 'what only claims to be gzip',
    body: traffic(),
    init: { headers: { 'content-encoding': 'gzip' } },
    status: 400,
    code: 'invalid-body',
    names: /gzip/,
  },
  { what: 'a body of 7 MB', body: `["${'x'.repeat(7_000_000)}"]`, status: 413, names: /\d/ },
  {
    what: 'a small body that inflates to 30 MB',
    body: gzipSync(Buffer.alloc(30_000_000, ' ')),
    init: { headers: { 'content-encoding': 'gzip' } },
    status: 413,
    code: 'body-too-large',
    names: /inflates/,
  },
  {
    what: 'more events than a request may hold',
    body: `[${'{},'.repeat(10_000)}{}]`,
    status: 413,
    code: 'too-many-events',
    names: /10001 events/,
  },
  {
    what: 'a media type that is not JSON',
    body: traffic(),
    init: { headers: { 'content-type': 'text/csv' } },
    status: 415,
    code: 'unsupported-media-type',
    names: /text\/csv/,
  },
  {
    what: 'an encoding that nobody knows',
    body: traffic(),
    init: { headers: { 'content-encoding': 'zip' } },
    status: 415,
    code: 'unsupported-encoding',
    names: /zip/,
  },
  {
    what: 'a request without a key',
    body: traffic(),
    init: { headers: { 'x-api-key': '' } },
    status: 401,
    code: 'missing-key',
    names: /x-api-key/,
  },
  {
    what: 'a wrong key',
    body: traffic(),
    init: { headers: { 'x-api-key': 'guess' } },
    status: 401,
    code: 'unknown-key',
    names: /x-api-key/,
  },
  {
    what: 'an unknown type',
    path: '/v1/events/weather',
    body: traffic(),
    status: 404,
    code: 'unknown-type',
    names: /weather.*network-traffic/,
  },
  {
    what: 'an unknown stage',
    path: '/v1/windows/weather',
    init: { method: 'GET' },
    status: 404,
    code: 'unknown-stage',
    names: /weather.*device-traffic, ip-share, device-hour, top-devices/,
  },
  {
    what: 'a path that does not exist',
    path: '/v2/events',
    body: traffic(),
    status: 404,
    names: /v2/,
  },
  { what: 'a wrong method', body: traffic(), init: { method: 'PUT' }, status: 405, names: /POST|PUT/ },
  {
    what: 'a time that is none',
    path: '/v1/windows/ip-share?from=yesterday',
    init: { method: 'GET' },
    status: 400,
    code: 'invalid-parameter',
    names: /from/,
  },
  {
    what: 'a cursor from nowhere',
    path: '/v1/windows/ip-share?cursor=abc',
    init: { method: 'GET' },
    status: 400,
    code: 'invalid-parameter',
    names: /cursor/,
  },
];
