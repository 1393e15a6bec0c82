import { describe, expect, it } from 'vitest';
import type { Behaviour } from '../../factories/fake-stream.ts';
import { ingestHarness, trafficData } from '../../support/ingest-harness.ts';

const json = (value: unknown) => ({ body: JSON.stringify(value) });
const many = (count: number) =>
  Array.from({ length: count }, (_, n) => trafficData({ event_id: `e${n}`, device: `device-${n % 50}` }));

describe('a stream that fails', () => {
  const always = (behaviour: Behaviour) => Array.from({ length: 100 }, () => behaviour);
  /** Half of the lanes are throttled for ever. */
  const half = always({ kind: 'partial', fail: Array.from({ length: 16 }, (_, n) => n % 2 === 0) });

  it('answers 202 after retries that succeeded', async () => {
    const script: Behaviour[] = [{ kind: 'before' }, { kind: 'partial', fail: [true, false, true] }];
    const ingest = ingestHarness(script);
    const { status, body } = await ingest.send(json(many(100)));
    expect([status, body]).toEqual([202, { accepted: 100, rejected: [] }]);
    expect(ingest.stored()).toHaveLength(100);
  });

  it('answers 429 when it stays throttled, and says which events to send again', async () => {
    const ingest = ingestHarness(half);
    const data = [...many(60), { device: 'bad' }];
    const answer = await ingest.send(json(data));
    expect(answer.status).toBe(429);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'retry-after': expect.stringMatching(/^\d+$/),
    });
    const { accepted, stored, retry, rejected, type } = answer.body as {
      accepted: number;
      stored: number[];
      retry: number[];
      rejected: { index: number }[];
      type: string;
    };
    expect(type).toBe('urn:millrace:error:throttled');
    expect(accepted).toBe(stored.length);
    expect(retry.length).toBeGreaterThan(0);
    expect(rejected.map(({ index }) => index)).toEqual([60]);
    expect([...stored, ...retry, 60].sort((a, b) => a - b)).toEqual([...data.keys()]);
    const inStream = new Set(ingest.stored().map(({ id }) => id));
    expect(stored.every((index) => inStream.has(`e${index}`))).toBe(true);
    expect(retry.some((index) => inStream.has(`e${index}`))).toBe(false);
    expect(ingest.warnings).toEqual(['events could not be stored']);
  });

  it.each<[string, Behaviour]>([
    ['errors', { kind: 'before' }],
    ['does not answer', { kind: 'hang' }],
    ['fails after storing', { kind: 'after' }],
    ['is not there', { kind: 'final', name: 'ResourceNotFoundException' }],
    ['fails inside', { kind: 'partial', fail: Array(16).fill(true), code: 'InternalFailure' }],
  ])('answers 503 when it %s', async (_, behaviour) => {
    const ingest = ingestHarness(always(behaviour));
    const answer = await ingest.send(json([trafficData()]));
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toMatch(/^\d+$/);
    expect(answer.body).toMatchObject({ accepted: 0, stored: [], retry: [0], rejected: [] });
  });

  it('gives the ids to send again with', async () => {
    const { send } = ingestHarness(always({ kind: 'before' }));
    const { event_id: _, ...anonymous } = trafficData();
    expect((await send(json(anonymous))).body.ids).toEqual([expect.any(String)]);
  });

  it('lets a client that follows the answers store everything, each key in order', async () => {
    const ingest = ingestHarness([
      ...half.slice(0, 6),
      { kind: 'before' },
      { kind: 'after' },
      ...half.slice(0, 3),
    ]);
    const data = many(300);
    let left = [...data.keys()];
    for (let tries = 0; left.length > 0 && tries < 20; tries++) {
      const { status, body } = await ingest.send(json(left.map((index) => data[index])));
      left = status === 202 ? [] : (body.retry as number[]).map((at) => left[at] as number);
    }
    const first = [...new Set(ingest.stored().map(({ id }) => id))];
    expect(first).toHaveLength(300);
    for (let device = 0; device < 50; device++) {
      const ids = first.map((id) => Number(id.slice(1))).filter((n) => n % 50 === device);
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
    }
  });
});
