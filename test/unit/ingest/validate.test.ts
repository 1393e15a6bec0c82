import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { ingestHarness, trafficData, trafficEvent } from '../../support/ingest-harness.ts';

const NOW = Date.UTC(2026, 5, 1);

describe('validation', () => {
  it('answers as ingestion would and stores nothing', async () => {
    const item = fc.oneof(
      fc.constant(trafficData()),
      fc.constant(trafficEvent()),
      fc.record({ event_id: fc.string(), device: fc.string(), ts: fc.oneof(fc.integer(), fc.string()) }),
      fc.constant(trafficData({ device: 'x'.repeat(300_000) })),
      fc.jsonValue(),
    );
    const path = fc.constantFrom('', '/network-traffic', '/unheard-of');
    await fc.assert(
      fc.asyncProperty(path, fc.array(item, { maxLength: 4 }), async (type, items) => {
        const body = JSON.stringify(items);
        const real = ingestHarness([], { now: () => NOW });
        const dry = ingestHarness([], { now: () => NOW });
        const expected = await real.send({ path: `/v1/events${type}`, body });
        const answer = await dry.send({ path: `/v1/validate${type}`, body });
        const { ids: _, ...told } = expected.body;
        const { ids: __, ...said } = answer.body;
        expect([answer.status, said]).toEqual([expected.status, told]);
        expect(dry.stream.requests).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('needs a key', async () => {
    const { send } = ingestHarness();
    expect((await send({ path: '/v1/validate', headers: { 'x-api-key': undefined } })).status).toBe(401);
  });
});

test('an event too far ahead is refused by itself, with what would have been in time', async () => {
  const ingest = ingestHarness([], { now: () => NOW });
  const body = JSON.stringify([
    trafficData({ event_id: 'now', ts: NOW }),
    trafficData({ event_id: 'soon', ts: NOW + 30 * 60_000 }),
    trafficData({ event_id: 'later', ts: NOW + 30 * 60_000 + 1 }),
  ]);
  expect((await ingest.send({ body })).body).toEqual({
    accepted: 2,
    rejected: [
      {
        index: 2,
        id: 'later',
        code: 'time-ahead',
        reason: 'time: must be at most 30 minutes ahead of its arrival; got 2026-06-01T00:30:00.001Z',
        pointer: '/ts',
      },
    ],
  });
});
