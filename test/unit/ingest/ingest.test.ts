import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ingestHarness, trafficData } from '../../support/ingest-harness.ts';

const JSON_TYPE = 'application/json';
const NDJSON = 'application/x-ndjson';
const json = (value: unknown) => ({ body: JSON.stringify(value) });
const many = (count: number) =>
  Array.from({ length: count }, (_, n) => trafficData({ event_id: `e${n}`, device: `device-${n % 50}` }));

const rejected = (index: number, id: string | null, code: string, pointer: string, word: string) => ({
  index,
  id,
  code,
  reason: expect.stringContaining(word),
  pointer,
});

describe('a good request', () => {
  it('stores one object and says so', async () => {
    const ingest = ingestHarness();
    const answer = await ingest.send(json(trafficData()));
    expect(answer).toEqual({
      status: 202,
      headers: { 'content-type': JSON_TYPE },
      body: { accepted: 1, rejected: [] },
    });
    expect(ingest.stored()).toEqual([
      {
        type: 'network-traffic',
        source: '/v1/events/network-traffic',
        id: 'event-1',
        time: 1_767_225_600_000,
        key: 'device-1',
        data: trafficData(),
      },
    ]);
    expect(ingest.stream.requests[0]?.StreamName).toBe('network-traffic-events');
    expect(ingest.stream.stored[0]).toMatch(/^MR1.*"schema":"[\w-]+"/);
  });

  it('stores an array of 10,000 in a few records, in order per key', async () => {
    const ingest = ingestHarness();
    const { status, body } = await ingest.send(json(many(10_000)));
    expect([status, body.accepted]).toEqual([202, 10_000]);
    const stored = ingest.stored();
    expect(stored).toHaveLength(10_000);
    expect(ingest.stream.stored.length).toBeLessThan(60);
    const ofOne = stored.filter(({ key }) => key === 'device-7').map(({ id }) => Number(id.slice(1)));
    expect(ofOne).toEqual([...ofOne].sort((a, b) => a - b));
  });

  it.each([NDJSON, 'application/ndjson', 'application/jsonl', 'Application/X-NDJSON; charset=utf-8'])(
    'reads lines as %s',
    async (contentType) => {
      const ingest = ingestHarness();
      const lines = many(3).map((data) => JSON.stringify(data));
      const { body } = await ingest.send({
        headers: { 'content-type': contentType },
        body: `${lines[0]}\r\n\n${lines[1]}\n  \n${lines[2]}`,
      });
      expect(body).toEqual({ accepted: 3, rejected: [] });
      expect(ingest.stored()).toHaveLength(3);
    },
  );

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
    ['identity', (bytes: Buffer) => bytes],
    ['br, gzip', (bytes: Buffer) => gzipSync(brotliCompressSync(bytes))],
  ])('inflates %s', async (encoding, compress) => {
    const ingest = ingestHarness();
    const answer = await ingest.send({
      headers: { 'content-encoding': encoding },
      body: compress(Buffer.from(JSON.stringify(trafficData({ device: 'gerät' })))),
    });
    expect(answer.body).toEqual({ accepted: 1, rejected: [] });
    expect(ingest.stored()[0]?.key).toBe('gerät');
  });

  it('takes JSON without a content type, with a byte order mark, and as base64', async () => {
    const ingest = ingestHarness();
    const text = JSON.stringify(trafficData());
    const bodies = [text, `\ufeff${text}`, Buffer.from(text), Buffer.from(`\ufeff${text}`)];
    for (const body of bodies) {
      expect((await ingest.send({ headers: { 'content-type': undefined }, body })).status).toBe(202);
    }
  });

  it('assigns ids where there is none, and returns all, by index', async () => {
    const ingest = ingestHarness();
    const { event_id: _, ...anonymous } = trafficData();
    const { status, body } = await ingest.send(
      json([anonymous, trafficData(), { device: 'x' }, { ...anonymous, event_id: undefined }]),
    );
    expect(status).toBe(202);
    const [first, given, none, last] = body.ids as string[];
    expect([given, none]).toEqual(['event-1', null]);
    expect(first).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(first! < last!).toBe(true);
    expect(ingest.stored().map(({ id }) => id)).toEqual([first, 'event-1', last]);
  });

  it('takes a whole number as id, and null for none', async () => {
    const ingest = ingestHarness();
    const numbered = { ...trafficData(), event_id: 77 };
    const { body } = await ingest.send(json([numbered, { ...numbered, event_id: null }, { event_id: 78 }]));
    expect(body).toMatchObject({ accepted: 2, rejected: [{ index: 2, id: '78' }] });
    expect(ingest.stored()[0]?.id).toBe('77');
  });

  it('keeps both of two events with one id: windows count them once', async () => {
    const ingest = ingestHarness();
    expect((await ingest.send(json([trafficData(), trafficData()]))).body.accepted).toBe(2);
    expect(ingest.stored()).toHaveLength(2);
  });

  it('reads the time of an event from the declared field', async () => {
    const ingest = ingestHarness();
    await ingest.send(json(trafficData({ ts: '2026-01-01T01:00:00.5+01:00' })));
    expect(ingest.stored()[0]?.time).toBe(1_767_225_600_500);
  });

  it('stores the valid events of a mixed request and lists the others', async () => {
    const ingest = ingestHarness();
    const { status, body } = await ingest.send(
      json([
        trafficData({ event_id: 'good' }),
        trafficData({ event_id: 'bad', send_bytes: -1 }),
        'text',
        null,
        trafficData({ event_id: 'feb', ts: '2026-02-30T00:00:00Z' }),
        [],
      ]),
    );
    expect(status).toBe(202);
    expect(body).toEqual({
      accepted: 1,
      rejected: [
        rejected(1, 'bad', 'invalid-data', '/send_bytes', 'send_bytes'),
        rejected(2, null, 'invalid-data', '', 'object'),
        rejected(3, null, 'invalid-data', '', 'object'),
        rejected(4, 'feb', 'invalid-data', '/ts', 'ts'),
        rejected(5, null, 'invalid-data', '', 'object'),
      ],
    });
    expect(ingest.stored().map(({ id }) => id)).toEqual(['good']);
  });

  it('rejects only the lines that are not JSON', async () => {
    const ingest = ingestHarness();
    const body = `${JSON.stringify(trafficData())}\n{"device":\n`;
    const answer = await ingest.send({ headers: { 'content-type': NDJSON }, body });
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({
      accepted: 1,
      rejected: [{ index: 1, id: null, reason: expect.stringMatching(/^line 2: not JSON/) }],
    });
  });
});
