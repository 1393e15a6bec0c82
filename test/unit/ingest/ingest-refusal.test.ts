import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ingestHarness, trafficData, trafficEvent } from '../../support/ingest-harness.ts';

const NDJSON = 'application/x-ndjson';
const json = (value: unknown) => ({ body: JSON.stringify(value) });

describe('a request that cannot be taken', () => {
  const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  const nested = (levels: number) => JSON.stringify(trafficData()).replace('{', `{"extra":${deep(levels)},`);

  it.each([
    ['no key', 401, 'missing-key', { headers: { 'x-api-key': undefined } }],
    ['an empty key', 401, 'missing-key', { headers: { 'x-api-key': '' } }],
    ['an unknown key', 401, 'unknown-key', { headers: { 'x-api-key': 'wrong' } }],
    ['a disabled key', 403, 'disabled-key', { headers: { 'x-api-key': 'revoked' } }],
    ['an unknown type', 404, 'unknown-type', { path: '/v1/events/unheard-of' }],
    ['a heartbeat', 404, 'unknown-type', { path: '/v1/events/millrace.heartbeat' }],
    ['a type that is not percent-encoded well', 404, 'unknown-type', { path: '/v1/events/%E0%A4' }],
    ['another path', 404, 'not-found', { path: '/v2/things' }],
    ['another method', 405, 'method-not-allowed', { method: 'GET' }],
    [
      'a form',
      415,
      'unsupported-media-type',
      { headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ],
    [
      'another charset',
      415,
      'unsupported-media-type',
      { headers: { 'content-type': 'application/json; charset=latin1' } },
    ],
    ['another encoding', 415, 'unsupported-encoding', { headers: { 'content-encoding': 'compress' } }],
    [
      'encodings of encodings',
      415,
      'unsupported-encoding',
      { headers: { 'content-encoding': 'gzip,gzip,gzip' } },
    ],
    ['no body', 400, 'empty-request', { body: undefined }],
    ['an empty body', 400, 'empty-request', { body: '' }],
    ['an empty array', 400, 'empty-request', { body: ' [] ' }],
    ['blank lines', 400, 'empty-request', { body: '\n \n', headers: { 'content-type': NDJSON } }],
    ['invalid JSON', 400, 'invalid-json', { body: '{"device": ' }],
    [
      'text that is not compressed',
      400,
      'invalid-body',
      { body: Buffer.from('{}'), headers: { 'content-encoding': 'gzip' } },
    ],
    [
      'truncated gzip',
      400,
      'invalid-body',
      { body: gzipSync('{}').subarray(0, 15), headers: { 'content-encoding': 'gzip' } },
    ],
    ['bytes that are not UTF-8', 400, 'invalid-body', { body: Buffer.from([0x7b, 0xff, 0x7d]) }],
    ['a text that is not Unicode', 400, 'invalid-body', { body: '{"a":"\ud800"}' }],
    ['a number', 400, 'invalid-events', { body: '7' }],
    ['only invalid events', 400, 'invalid-events', { body: '[{},{}]' }],
    ['only invalid lines', 400, 'invalid-events', { body: 'a\nb', headers: { 'content-type': NDJSON } }],
    ['a body of 7 MB', 413, 'body-too-large', { body: ' '.repeat(7_000_000) }],
    [
      'a compressed body of 7 MB',
      413,
      'body-too-large',
      { body: Buffer.alloc(7_000_000), headers: { 'content-encoding': 'gzip' } },
    ],
    [
      'a bomb',
      413,
      'body-too-large',
      { body: gzipSync(Buffer.alloc(50_000_000, ' ')), headers: { 'content-encoding': 'gzip' } },
    ],
    ['10,001 events', 413, 'too-many-events', { body: `[${'0,'.repeat(10_000)}0]` }],
    [
      '10,001 lines',
      413,
      'too-many-events',
      { body: '0\n'.repeat(10_001), headers: { 'content-type': NDJSON } },
    ],
    ['a deep object', 400, 'invalid-events', { body: nested(100) }],
    ['an abyss', 400, 'invalid-events', { body: nested(200_000) }],
    [
      'an abyss of arrays',
      400,
      'invalid-events',
      { body: `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}` },
    ],
  ])('%s: %i %s', async (_, status, code, request) => {
    const ingest = ingestHarness();
    const answer = await ingest.send(request);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).toMatchObject({
      type: `urn:millrace:error:${code}`,
      title: expect.any(String),
      status,
      detail: expect.any(String),
    });
    expect(answer.status).toBe(status);
    expect(ingest.stream.requests).toEqual([]);
  });

  it('is told what there is instead', async () => {
    const { send } = ingestHarness();
    expect((await send({ path: '/v1/events/unheard-of' })).body.detail).toContain('network-traffic');
    expect((await send({ method: 'PUT' })).headers.allow).toBe('POST, OPTIONS');
    expect((await send({ headers: { 'content-encoding': 'zip' } })).headers['accept-encoding']).toMatch(
      /^gzip, deflate, br(, zstd)?$/,
    );
    expect((await send({ headers: { 'content-type': 'text/csv' } })).headers['accept-post']).toContain(
      NDJSON,
    );
    expect((await send({ headers: { 'x-api-key': 'wrong' } })).headers['www-authenticate']).toBeDefined();
  });

  it('nests as deep as a consumer can read, and no deeper', async () => {
    const { send, stored } = ingestHarness();
    expect((await send({ body: nested(62) })).status).toBe(202);
    expect((await send({ body: nested(63) })).status).toBe(400);
    expect(stored()).toHaveLength(1);
  });

  it('rejects one event that is too large for a record, and stores its neighbours', async () => {
    const ingest = ingestHarness();
    const large = trafficData({ event_id: 'large', note: 'x'.repeat(300_000) });
    const { status, body } = await ingest.send(json([trafficData(), large, trafficData()]));
    expect(status).toBe(202);
    expect(body).toEqual({
      accepted: 2,
      rejected: [
        {
          index: 1,
          id: 'large',
          code: 'too-large',
          reason: expect.stringContaining('262144'),
          pointer: '',
        },
      ],
      duplicates: [{ index: 2, first: 0 }],
    });
    expect((await ingest.send(json(large))).status).toBe(400);
  });

  it('rejects ids and keys that cannot be parts of keys in tables', async () => {
    const { send, stored } = ingestHarness();
    const lone = `[${JSON.stringify(trafficData({ event_id: '\ud800' }))},${JSON.stringify(trafficData({ device: 'a\udc00' }))}]`;
    expect((await send({ body: lone })).body.rejected).toMatchObject([
      { id: null, code: 'invalid-name', pointer: '/event_id' },
      { code: 'invalid-name', pointer: '/device' },
    ]);
    const long = await send({
      path: '/v1/events',
      ...json(trafficEvent({ id: 'i'.repeat(513) })),
    });
    expect(long.body).toMatchObject({
      rejected: [{ id: null, reason: 'id: must have at most 512 characters; got 513' }],
    });
    expect(stored()).toEqual([]);
  });

  it('rejects text that is not Unicode, and says where it is', async () => {
    const ingest = ingestHarness();
    const half = '\ud800';
    const bare = [
      trafficData(),
      trafficData({ more: { notes: ['😀', half] } }),
      trafficData({ note: '\\ud800' }),
    ];
    const problem = 'must be well-formed; it holds half a surrogate pair';
    expect((await ingest.send(json(bare))).body).toMatchObject({
      accepted: 2,
      rejected: [
        { index: 1, code: 'invalid-data', reason: `more.notes[1]: ${problem}`, pointer: '/more/notes/1' },
      ],
    });
    const events = [
      trafficEvent({ source: half }),
      trafficEvent({ id: 'fine', subject: '😀' }),
      trafficEvent({ subject: half }),
      trafficEvent({ data: trafficData({ note: half }) }),
      trafficEvent({ data: undefined, data_base64: Buffer.from('{"note":"\\udc00"}').toString('base64') }),
    ];
    const { body } = await ingest.send({ path: '/v1/events', ...json(events) });
    expect(body).toMatchObject({
      accepted: 1,
      rejected: [
        { index: 0, code: 'invalid-event', reason: `source: ${problem}`, pointer: '/source' },
        { index: 2, code: 'invalid-event', pointer: '/subject' },
        { index: 3, code: 'invalid-data', reason: `data.note: ${problem}`, pointer: '/data/note' },
        { index: 4, code: 'invalid-event', pointer: '/data_base64' },
      ],
    });
    const headers = { 'content-type': 'application/json', 'ce-specversion': '1.0', 'ce-id': '1' };
    const binary = {
      ...headers,
      'ce-source': '/a',
      'ce-type': 'network-traffic',
      'ce-time': '2026-01-01T00:00:00Z',
    };
    const one = await ingest.send({
      path: '/v1/events',
      headers: binary,
      ...json(trafficData({ note: half })),
    });
    expect(one.status).toBe(400);
    expect(one.body).toMatchObject({ rejected: [{ code: 'invalid-data', pointer: '/data/note' }] });
  });

  it('is no event of a type that is an object, not even one that no text can be made of', async () => {
    const event = `[${JSON.stringify(trafficEvent({ id: 'odd', type: { toString: 'x' } }))}]`;
    const { status, body } = await ingestHarness().send({ path: '/v1/events', body: event });
    expect(status).toBe(400);
    expect(body).toMatchObject({ rejected: [{ id: 'odd', code: 'invalid-event', pointer: '/type' }] });
  });

  it('gets an answer that Lambda can return, however long its ids are', async () => {
    const { send } = ingestHarness();
    const id = '\u0001'.repeat(200);
    const items = Array.from({ length: 10_000 }, () => ({ event_id: id }));
    const answer = await send({
      headers: { 'content-encoding': 'gzip' },
      body: gzipSync(JSON.stringify(items)),
    });
    expect(answer.status).toBe(400);
    expect(answer.body.rejected).toHaveLength(10_000);
    expect(JSON.stringify(answer.body).length).toBeLessThan(4.2 * 1024 * 1024);
  });
});

describe('keys that cannot be checked', () => {
  it('are answered with 503, nothing stored', async () => {
    const ingest = ingestHarness([], { keys: { check: () => Promise.reject(new Error('table is gone')) } });
    const answer = await ingest.send(json(trafficData()));
    expect([answer.status, answer.body.type]).toEqual([503, 'urn:millrace:error:keys-unavailable']);
    expect(answer.headers['retry-after']).toBe('1');
    expect(ingest.stream.requests).toEqual([]);
    expect(ingest.warnings).toEqual(['a key could not be checked']);
  });
});
