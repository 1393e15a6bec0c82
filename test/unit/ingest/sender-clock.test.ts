import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { FakeSenders } from '../../factories/fake-senders.ts';
import { ingestHarness, trafficData, trafficEvent } from '../../support/ingest-harness.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const HOUR = 3_600_000;

/** Ingestion in one container, at a time of its own. */
function at(now: number, senders = new FakeSenders()) {
  const ingest = ingestHarness([], { now: () => now, senders });
  const send = (sentAt: number | string, ts: number, headers: Record<string, string> = {}) =>
    ingest.send({
      headers: {
        'millrace-sent-at': typeof sentAt === 'string' ? sentAt : new Date(sentAt).toISOString(),
        ...headers,
      },
      body: JSON.stringify(trafficData({ ts })),
    });
  return { ...ingest, send };
}

describe('a clock that is off', () => {
  it('is corrected by what the time of sending says, and the original is kept', async () => {
    const ingest = at(NOW);
    const wrong = NOW - 3 * HOUR;
    const answer = await ingest.send(wrong, wrong - 1_000);
    expect(answer.headers['millrace-clock-offset']).toBe(String(3 * HOUR));
    expect(ingest.stored()).toMatchObject([{ time: NOW - 1_000, data: { ts: wrong - 1_000 } }]);
    expect(ingest.extras()).toEqual([{ originaltime: new Date(wrong - 1_000).toISOString() }]);
  });

  it('keeps the original of a CloudEvents event as it was written', async () => {
    const ingest = ingestHarness([], { now: () => NOW });
    const event = trafficEvent({ time: '2026-06-01T14:00:00+01:00' });
    const headers = { 'sent-at': String(NOW + HOUR) };
    await ingest.send({ path: '/v1/events', headers, body: JSON.stringify(event) });
    expect(ingest.stored()).toMatchObject([{ time: NOW }]);
    expect(ingest.extras()).toEqual([{ originaltime: '2026-06-01T14:00:00+01:00' }]);
  });

  it('is not corrected for the way that a request takes', async () => {
    const ingest = at(NOW);
    const answer = await ingest.send(NOW - 4_000, NOW - 5_000);
    expect(answer.headers['millrace-clock-offset']).toBe('0');
    expect(ingest.stored()).toMatchObject([{ time: NOW - 5_000 }]);
    expect(ingest.extras()).toEqual([undefined]);
  });

  it('makes an event plausible, or not', async () => {
    expect((await at(NOW).send(NOW + 5 * HOUR, NOW + 5 * HOUR)).status).toBe(202);
    const ahead = await at(NOW).send(NOW, NOW + HOUR);
    expect(ahead.body.rejected).toMatchObject([{ code: 'time-ahead', pointer: '/ts' }]);
  });

  test.each(['yesterday', '', '2026-06-01', String(NOW + 25 * HOUR), String(NOW - 25 * HOUR)])(
    'by "%s" is not believed',
    async (sentAt) => {
      const answer = await at(NOW).send(sentAt, NOW);
      expect([answer.status, answer.body.type]).toEqual([400, 'urn:millrace:error:invalid-sent-at']);
    },
  );

  it('is not remembered by what only validates', async () => {
    const senders = new FakeSenders();
    const ingest = ingestHarness([], { now: () => NOW, senders });
    const headers = { 'millrace-sent-at': String(NOW - HOUR) };
    const path = '/v1/validate/network-traffic';
    const answer = await ingest.send({ path, headers, body: JSON.stringify(trafficData()) });
    expect([answer.status, answer.headers['millrace-clock-offset']]).toEqual([202, String(HOUR)]);
    expect(senders.offsets.size).toBe(0);
  });

  it('is answered 503 when it cannot be remembered, and nothing is stored', async () => {
    const senders = Object.assign(new FakeSenders(), { remember: () => Promise.reject(new Error('down')) });
    const ingest = at(NOW, senders);
    const answer = await ingest.send(NOW - HOUR, NOW - HOUR);
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
    expect(ingest.stored()).toEqual([]);
  });
});

test('an event gets the same time on every retry, wherever and whenever that arrives', async () => {
  const attempts = fc.array(fc.integer({ min: 0, max: 40 * HOUR }), { minLength: 1, maxLength: 5 });
  const offset = fc.integer({ min: -20 * HOUR, max: 20 * HOUR });
  await fc.assert(
    fc.asyncProperty(attempts, offset, async (delays, off) => {
      const senders = new FakeSenders();
      const sentAt = NOW - off;
      const times = new Set<number>();
      for (const delay of [0, ...delays]) {
        const ingest = at(NOW + delay, senders);
        expect((await ingest.send(sentAt, sentAt - 100)).status).toBe(202);
        times.add(ingest.stored()[0]!.time);
      }
      expect(times.size).toBe(1);
    }),
    { numRuns: 200 },
  );
});

test('a sender with a name may say anew when it sends, and keeps its offset', async () => {
  const senders = new FakeSenders();
  const named = { 'millrace-sender': 'sensor-7/boot-3' };
  const times = [];
  for (const delay of [0, 700, 61_000]) {
    const ingest = at(NOW + delay, senders);
    await ingest.send(NOW - HOUR + delay, NOW - HOUR - 50, named);
    times.push(ingest.stored()[0]?.time);
  }
  expect(times).toEqual([NOW - 50, NOW - 50, NOW - 50]);
});
