import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { attributes, dataOf, type ItemSpec, item, typeOf } from './items.ts';

/** A request that nobody should send, and what is known of the events in it. */
export interface HostileRequest {
  readonly method: string;
  /** With the query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The token of every item, in order, where the body holds these items; undefined where it was damaged. */
  readonly tokens: readonly string[] | undefined;
  /** What the tokens of its items begin with. */
  readonly prefix: string;
}

const mostly = <T>(usual: T, ...others: readonly T[]) =>
  fc.oneof(
    { weight: 14, arbitrary: fc.constant(usual) },
    { weight: 2, arbitrary: fc.constantFrom(usual, ...others) },
  );

/** What may stand in a header: the bytes that Node sends. */
const headerText = fc
  .string({ unit: fc.constantFrom(...'abcXYZ019 %"\\;,=/:_-.+*é\u00ff\t'), maxLength: 40 })
  .map((text) => text.trim());

const spec = fc.record({
  mode: fc.constantFrom(
    'bare',
    'bare',
    'bare',
    'lines',
    'lines',
    'batch',
    'batch',
    'one',
    'json',
    'binary',
    'binary',
    'noise',
    'read',
    'hook',
  ),
  items: fc.oneof(
    { weight: 12, arbitrary: fc.array(item, { minLength: 1, maxLength: 5 }) },
    fc.array(item, { maxLength: 40 }),
  ),
  attributes,
  key: mostly<string | undefined>('local', 'wrong', '', undefined, 'x'.repeat(600), 'local ', 'LOCAL'),
  keyAs: mostly('x-api-key', 'authorization', 'access_token'),
  contentType: fc.oneof(
    { weight: 12, arbitrary: fc.constant(undefined) },
    fc.constantFrom(
      'text/plain',
      'application/json; charset=utf-16',
      'application/json;charset="UTF-8"',
      'APPLICATION/JSON',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/cloudevents+xml',
      '',
    ),
    headerText,
  ),
  encoding: mostly<string | undefined>(
    undefined,
    'gzip',
    'x-gzip',
    'deflate',
    'raw',
    'br',
    'gzip, gzip',
    'identity',
    'zstd',
    'nonsense',
    'gzip, gzip, gzip',
  ),
  damage: mostly('none', 'cut', 'flip', 'append', 'empty', 'claim', 'latin1', 'mark', 'prototype', 'repeat'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  path: mostly<string | undefined>(
    undefined,
    '/v1/events',
    '/v1/events/',
    '/v1/events/patient-vitals',
    '/v1/events/%6eetwork-traffic',
    '/v1/events/%00',
    '/v1/events/..%2f',
    '/v1//events',
    '/v1/events/a/b',
    '/v1/jwt/events',
    '/v1/iam/events',
    `/v1/events/${'x'.repeat(3_000)}`,
    '/v1/events/__proto__',
    '/v1/validate',
    '/v1/validate/network-traffic',
    '/v2/events',
    '/',
  ),
  method: mostly<string | undefined>(undefined, 'GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'POST'),
  sentAt: fc.oneof(
    { weight: 12, arbitrary: fc.constant(undefined) },
    fc.constantFrom('0', '-1', 'now', '99999999999999999999', '2026-01-01T00:00:00Z', ''),
    headerText,
  ),
  more: fc.oneof(
    { weight: 6, arbitrary: fc.constant({}) },
    fc.dictionary(
      fc.constantFrom(
        'millrace-sender',
        'ce-id',
        'ce-type',
        'ce-source',
        'ce-specversion',
        'ce-time',
        'ce-data',
        'ce-Bad_Name',
        'cookie',
        'range',
        'if-none-match',
        'x-http-method-override',
        'x-amzn-trace-id',
        'webhook-request-origin',
        'webhook-request-rate',
        'origin',
        'accept-encoding',
        'expect-ct',
        'forwarded',
      ),
      headerText,
      { maxKeys: 3 },
    ),
  ),
  query: fc.constantFrom(
    '',
    '?limit=0',
    '?limit=1e9',
    '?from=yesterday',
    '?to=-1',
    '?from=9999999999999999',
    '?cursor=',
    '?cursor=eyJ9',
    '?key=%ff',
    '?key=a&key=b',
    '?%',
    '?__proto__=1',
    '?limit=10&cursor=%F0%9F%98%80',
    `?key=${'k'.repeat(4_000)}`,
    '?unknown=1',
    '?from=2026-01-02&to=2026-01-01',
  ),
  noise: fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map((text) => Buffer.from(text)),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
  ),
});

type Spec = typeof spec extends fc.Arbitrary<infer T> ? T : never;

/**
 * Makes hostile requests, the same for the same seed (but for the time, which events must not be ahead of).
 *
 * @param run - part of every token, so that several runs can be told apart in one lake
 */
export function hostileRequests(seed: number, count: number, run: string): HostileRequest[] {
  return fc.sample(spec, { seed, numRuns: count }).map((one, n) => build(one, `${run}.${n}.`));
}

function build(one: Spec, prefix: string): HostileRequest {
  const now = Date.now();
  const tokens = one.items.map((_, index) => `${prefix}${index}`);
  const data = one.items.map((spec, index) => dataOf(spec, tokens[index] as string, now));
  const { path, contentType, body, headers, held } = content(one, tokens, data, now);
  const damaged = damage(one, body);
  const { bytes, encoding, isBroken } = compressed(one.encoding, damaged.body);
  const query =
    one.mode === 'read'
      ? one.query
      : one.keyAs === 'access_token' && one.key !== undefined
        ? `?access_token=${encodeURIComponent(one.key)}`
        : '';
  const all: Record<string, string | undefined> = {
    'content-type': one.contentType ?? contentType,
    ...headers,
    ...one.more,
    ...(one.keyAs === 'x-api-key' && { 'x-api-key': one.key }),
    ...(one.keyAs === 'authorization' && one.key !== undefined && { authorization: `Bearer ${one.key}` }),
    'content-encoding': encoding,
    'millrace-sent-at': one.sentAt === 'now' ? String(now) : one.sentAt,
  };
  // Attributes in headers make another request of it, as another media type or path does.
  const isPlain =
    one.contentType === undefined &&
    one.path === undefined &&
    !Object.keys(one.more).some((name) => name.startsWith('ce-'));
  return {
    method: one.method ?? (one.mode === 'read' ? 'GET' : one.mode === 'hook' ? 'OPTIONS' : 'POST'),
    target: `${one.path ?? path}${query}`,
    headers: Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    body: bytes,
    tokens: isPlain && !damaged.isDamaged && !isBroken ? held : undefined,
    prefix,
  };
}

interface Content {
  readonly path: string;
  readonly contentType: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly held: readonly string[];
}

function content(one: Spec, tokens: readonly string[], data: readonly unknown[], now: number): Content {
  const json = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '');
  const events = data.map((value, index) =>
    eventOf(one, one.items[index] as ItemSpec, tokens[index] as string, value, now),
  );
  const first = one.items[0] === undefined ? [] : tokens.slice(0, 1);
  const base = { headers: {}, held: tokens, path: '/v1/events' };
  switch (one.mode) {
    case 'bare':
      return {
        ...base,
        path: '/v1/events/network-traffic',
        contentType: 'application/json',
        body: json(data),
      };
    case 'lines':
      return {
        ...base,
        path: '/v1/events/network-traffic',
        contentType: 'application/x-ndjson',
        body: Buffer.from(data.map((value) => JSON.stringify(value)).join('\n')),
      };
    case 'batch':
      return { ...base, contentType: 'application/cloudevents-batch+json', body: json(events) };
    case 'one':
      return {
        ...base,
        contentType: 'application/cloudevents+json',
        body: json(events[0] ?? null),
        held: first,
      };
    case 'json':
      return { ...base, contentType: 'application/json; charset=utf-8', body: json(events) };
    case 'binary': {
      const { data: _, ...rest } = (
        typeof events[0] === 'object' && events[0] !== null ? events[0] : {}
      ) as Record<string, unknown>;
      const headers = Object.fromEntries(
        Object.entries(rest).flatMap(([name, value]) =>
          /^[a-z0-9]+$/.test(name) && name !== 'datacontenttype' ? [[`ce-${name}`, encoded(value)]] : [],
        ),
      );
      return { ...base, contentType: 'application/json', body: json(data[0] ?? null), headers, held: first };
    }
    default:
      return {
        path: one.mode === 'read' ? '/v1/windows/device-traffic' : '/v1/events',
        contentType: 'application/json',
        body: one.mode === 'noise' ? Buffer.from(one.noise) : Buffer.alloc(0),
        headers: {},
        held: [],
      };
  }
}

const eventOf = (one: Spec, spec: ItemSpec, token: string, data: unknown, now: number): unknown =>
  spec.kind === 'other'
    ? data
    : {
        specversion: '1.0',
        id: token,
        source: '/hostile',
        type: typeOf(spec),
        time: new Date(now).toISOString(),
        ...one.attributes,
        data,
      };

/** A header's value, percent-coded; one that is too long for any server is cut. */
const encoded = (value: unknown): string => {
  const text = (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, 800);
  return encodeURIComponent(Buffer.from(text).toString('utf8')).slice(0, 2_000);
};

function damage({ damage: how, at }: Spec, body: Buffer): { body: Buffer; isDamaged: boolean } {
  const place = Math.floor(at * body.length);
  switch (how) {
    case 'none':
      return { body, isDamaged: false };
    case 'cut':
      return { body: body.subarray(0, place), isDamaged: true };
    case 'flip': {
      const copy = Buffer.from(body);
      if (copy.length > 0) copy[Math.min(place, copy.length - 1)] = Math.floor(at * 256);
      return { body: copy, isDamaged: true };
    }
    case 'append':
      return { body: Buffer.concat([body, Buffer.from([0xff, 0xfe])]), isDamaged: true };
    case 'empty':
      return { body: Buffer.alloc(0), isDamaged: true };
    case 'latin1':
      return { body: Buffer.from(body.toString('utf8'), 'latin1'), isDamaged: true };
    case 'mark':
      return { body: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body]), isDamaged: true };
    case 'prototype':
      return {
        body: Buffer.from(body.toString('utf8').replaceAll('"extra":', '"__proto__":')),
        isDamaged: true,
      };
    case 'repeat':
      return { body: Buffer.concat([body, Buffer.from('\n'), body]), isDamaged: true };
    default:
      return { body, isDamaged: true };
  }
}

/** A body as the encoding says, or not quite. */
function compressed(
  encoding: string | undefined,
  body: Buffer,
): { bytes: Buffer; encoding: string | undefined; isBroken: boolean } {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return { bytes: gzipSync(body), encoding, isBroken: false };
    case 'deflate':
      return { bytes: deflateSync(body), encoding, isBroken: false };
    case 'raw':
      return { bytes: deflateRawSync(body), encoding: 'deflate', isBroken: false };
    case 'br':
      return { bytes: brotliCompressSync(body), encoding, isBroken: false };
    case 'gzip, gzip':
      return { bytes: gzipSync(gzipSync(body)), encoding, isBroken: false };
    default:
      return { bytes: body, encoding, isBroken: encoding !== undefined };
  }
}
