import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../../shared/errors.ts';
import { type HttpRequest, httpEvent, TEST_KEY } from '../../factories/http.ts';
import {
  type IngestHarness,
  ingestHarness,
  trafficData,
  trafficEvent,
} from '../../support/ingest-harness.ts';

const STATUSES: ReadonlySet<number> = new Set([202, ...Object.values(ERRORS).map(({ status }) => status)]);

/** Handles an event and checks what holds for every answer, whatever the event. */
async function check(ingest: IngestHarness, event: unknown): Promise<void> {
  const { statusCode = 0, headers = {}, body = '' } = await ingest.handle(event as APIGatewayProxyEventV2);
  if (statusCode === 200 || statusCode === 204) {
    // The handshake of a web hook, which has nothing to say but headers.
    expect([body, headers.allow, ingest.stored()]).toEqual(['', 'POST, OPTIONS', []]);
    return;
  }
  expect(STATUSES).toContain(statusCode);
  // Nothing is broken here: whatever is wrong is wrong with the request.
  expect(statusCode).toBeLessThan(500);
  const content = JSON.parse(body) as Record<string, unknown>;
  const stored = ingest.stored();
  if (statusCode === 202) {
    expect(headers['content-type']).toBe('application/json');
    const isDry = String((event as Partial<APIGatewayProxyEventV2>).rawPath).includes('/validate');
    expect(stored.length).toBe(isDry ? 0 : content.accepted);
    const isEmptyBatch = content.accepted === 0 && (content.rejected as unknown[]).length === 0;
    expect(isEmptyBatch || Number(content.accepted) > 0).toBe(true);
  } else {
    expect(headers['content-type']).toBe('application/problem+json');
    expect(content).toMatchObject({
      status: statusCode,
      type: expect.stringMatching(/^urn:millrace:error:/),
    });
    expect(stored).toEqual([]);
  }
}

/** Valid data with a field or two replaced by anything. */
const almost = (base: Record<string, unknown>) =>
  fc
    .dictionary(fc.constantFrom(...Object.keys(base), '__proto__', 'extra'), fc.jsonValue(), { maxKeys: 2 })
    .map((over) => ({ ...base, ...over }));

const item = fc.oneof(
  { weight: 3, arbitrary: fc.constant(trafficData()) },
  { weight: 3, arbitrary: almost(trafficData()) },
  { weight: 2, arbitrary: almost(trafficEvent()) },
  fc.jsonValue(),
);
const items = fc.array(item, { maxLength: 6 });

const text = fc.oneof(
  items.map((values) => JSON.stringify(values)),
  item.map((value) => JSON.stringify(value)),
  items.map((values) => values.map((value) => JSON.stringify(value)).join('\n')),
  fc.json(),
  fc.string({ unit: 'binary' }),
);

const body = fc.oneof(
  text,
  text.map((value) => Buffer.from(value)),
  text.map((value) => gzipSync(value)),
  fc.uint8Array(),
);

const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, fc.constantFrom(usual, ...others));

const CE_HEADERS = [
  'ce-specversion',
  'ce-id',
  'ce-source',
  'ce-type',
  'ce-time',
  'ce-partitionkey',
  'ce-ext',
  'ce-data',
];
const maybe = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '1.0',
      'network-traffic',
      '2026-01-01T00:00:00Z',
      '%E2%82%AC',
      '%C0%A0',
      '%',
      '"a',
    ),
  },
  fc.string(),
);
const maybeTime = fc.oneof(
  { weight: 8, arbitrary: fc.constant(undefined) },
  fc.constantFrom('', '0', String(Date.now()), '2026-01-01T00:00:00Z', '99999999999999999999'),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);

const request = fc.record<HttpRequest>({
  method: mostly('POST', 'GET', 'OPTIONS', ''),
  path: mostly(
    '/v1/events/network-traffic',
    '/v1/events',
    '/v1/events/',
    '/v1/validate',
    '/v1/validate/network-traffic',
    '/v1/jwt/events',
    '/v1/events/x',
    '/',
    '',
  ),
  headers: fc.record({
    'x-api-key': mostly<string | undefined>(TEST_KEY, 'wrong', 'revoked', undefined),
    'content-type': fc.oneof(
      fc.constantFrom(undefined, 'application/json', 'application/x-ndjson', 'application/cloudevents+json'),
      fc.constantFrom('application/cloudevents-batch+json', 'text/plain', 'application/json;charset=utf-16'),
      fc.string(),
    ),
    ...Object.fromEntries(CE_HEADERS.map((name) => [name, maybe])),
    'millrace-sent-at': maybeTime,
    'webhook-request-origin': mostly<string | undefined>(undefined, 'a.example', ''),
    'content-encoding': mostly<string | undefined>(undefined, 'gzip', 'deflate', 'br', 'gzip, br', 'x'),
  }),
  body,
});

describe('whatever the request', () => {
  it('the answer is a documented one, and says what is in the stream', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (given) => check(ingestHarness(), httpEvent(given))),
      { numRuns: 750 },
    );
  });

  it('an event that no gateway would send is answered, too', async () => {
    const event = fc.oneof(
      fc.anything(),
      fc.record({
        rawPath: fc.oneof(fc.constant('/v1/events'), fc.anything()),
        requestContext: fc.oneof(fc.constant({ http: { method: 'POST' } }), fc.anything()),
        headers: fc.oneof(
          fc.dictionary(fc.constantFrom('x-api-key', 'content-type'), fc.anything()),
          fc.anything(),
        ),
        body: fc.anything(),
        isBase64Encoded: fc.anything(),
      }),
    );
    await fc.assert(
      fc.asyncProperty(event, async (given) => check(ingestHarness(), given)),
      { numRuns: 1_000 },
    );
  });
});
