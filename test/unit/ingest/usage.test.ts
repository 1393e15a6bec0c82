import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Caller } from '../../../shared/ingest/identify.ts';
import type { KeyLimits } from '../../../shared/ingest/keys.ts';
import { ProblemError } from '../../../shared/ingest/problem.ts';
import { RATE_WINDOW_MS, UsageMeter } from '../../../shared/ingest/usage.ts';
import { FakeSenders } from '../../factories/fake-senders.ts';
import { ingestHarness, trafficData, validKey } from '../../support/ingest-harness.ts';

const caller = (limits: KeyLimits): Caller => ({ id: 'key', types: undefined, limits });
const refused = (seconds: string) =>
  expect.objectContaining({ code: 'rate-limited', options: { headers: { 'retry-after': seconds } } });

describe('the use of a key', () => {
  it('is bounded per window, and free again in the next', async () => {
    let now = 3_000;
    const meter = new UsageMeter(
      new FakeSenders(),
      () => {},
      () => now,
    );
    const slow = caller({ rate: 10 });
    await meter.take(slow, 60);
    await meter.take(slow, 40);
    await expect(meter.take(slow, 1)).rejects.toEqual(refused('7'));
    now = RATE_WINDOW_MS;
    await meter.take(slow, 100);
  });

  it('is bounded per day, until midnight UTC', async () => {
    const now = Date.UTC(2026, 0, 1, 23, 59, 30);
    const meter = new UsageMeter(
      new FakeSenders(),
      () => {},
      () => now,
    );
    await meter.take(caller({ quota: 5 }), 5);
    await expect(meter.take(caller({ quota: 5 }), 1)).rejects.toEqual(refused('30'));
  });

  it('says of a request that no window could hold that it is too large', async () => {
    const meter = new UsageMeter(
      new FakeSenders(),
      () => {},
      () => 0,
    );
    await expect(meter.take(caller({ rate: 1 }), 11)).rejects.toMatchObject({ code: 'too-many-events' });
  });

  it('counts again what was not stored', async () => {
    const meter = new UsageMeter(
      new FakeSenders(),
      () => {},
      () => 0,
    );
    const giveBack = await meter.take(caller({ quota: 100 }), 100);
    giveBack(30);
    await meter.take(caller({ quota: 100 }), 30);
    await expect(meter.take(caller({ quota: 100 }), 1)).rejects.toThrow(ProblemError);
  });

  it('costs a write per block, not per request', async () => {
    const senders = new FakeSenders();
    const meter = new UsageMeter(
      senders,
      () => {},
      () => 0,
    );
    for (let n = 0; n < 10_000; n++) await meter.take(caller({ rate: 1_000 }), 1);
    expect(senders.requests).toBeLessThan(50);
    for (let n = 0; n < 100; n++) await expect(meter.take(caller({ rate: 1_000 }), 1)).rejects.toThrow();
    expect(senders.requests).toBeLessThan(51);
  });

  it('is let through where it cannot be counted', async () => {
    const warnings: string[] = [];
    const down = { add: () => Promise.reject(new Error('down')) };
    const meter = new UsageMeter(
      down,
      (text) => warnings.push(text),
      () => 0,
    );
    await meter.take(caller({ rate: 1 }), 5);
    expect(warnings).toEqual(['the use of a key could not be counted']);
  });

  test('never exceeds the limit, whatever containers ask in whatever order, and reaches all but what they hold', async () => {
    const requests = fc.array(fc.record({ container: fc.nat(3), events: fc.integer({ min: 1, max: 40 }) }), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(requests, fc.integer({ min: 1, max: 300 }), async (asked, quota) => {
        const senders = new FakeSenders();
        const meters = [0, 1, 2, 3].map(
          () =>
            new UsageMeter(
              senders,
              () => {},
              () => 0,
            ),
        );
        let stored = 0;
        let wanted = 0;
        for (const { container, events } of asked) {
          wanted += events;
          const taken = await meters[container]!.take(caller({ quota }), events).then(
            () => true,
            () => false,
          );
          if (taken) stored += events;
        }
        expect(stored).toBeLessThanOrEqual(quota);
        // One container alone can use all of it, less what is smaller than a request.
        if (asked.every(({ container, events }) => container === 0 && events === 1)) {
          expect(stored).toBe(Math.min(wanted, quota));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a key with limits', () => {
  const post = (limits: KeyLimits, items: unknown[], path = '/v1/events/network-traffic') => {
    const ingest = ingestHarness([], {
      keys: { check: async () => validKey(limits) },
      now: () => Date.UTC(2026, 0, 2),
    });
    return ingest
      .send({ path, body: JSON.stringify(items) })
      .then((answer) => ({ ...answer, stored: ingest.stored() }));
  };

  test('beyond its rate is answered 429, with the time to wait, and nothing is stored', async () => {
    const ingest = ingestHarness([], {
      keys: { check: async () => validKey({ rate: 0.2 }) },
      now: () => Date.UTC(2026, 0, 2),
    });
    const send = (n: number) =>
      ingest.send({ body: JSON.stringify(Array.from({ length: n }, () => trafficData())) });
    expect((await send(2)).status).toBe(202);
    const answer = await send(1);
    expect([answer.status, answer.body.type, answer.headers['retry-after']]).toEqual([
      429,
      'urn:millrace:error:rate-limited',
      '10',
    ]);
    expect(ingest.stored()).toHaveLength(2);
  });

  test('sends events of its types only', async () => {
    const allowed = await post({ types: ['network-traffic'] }, [trafficData()]);
    expect(allowed.status).toBe(202);
    const other = await post({ types: ['other'] }, [trafficData()]);
    expect([other.status, other.body.type, other.stored]).toEqual([
      403,
      'urn:millrace:error:forbidden-type',
      [],
    ]);
    const event = {
      specversion: '1.0',
      id: '1',
      source: '/',
      type: 'network-traffic',
      time: '2026-01-01T00:00:00Z',
    };
    const cloud = await post({ types: ['other'] }, [{ ...event, data: trafficData() }], '/v1/events');
    expect([cloud.status, cloud.body.rejected]).toMatchObject([
      403,
      [{ code: 'forbidden-type', pointer: '/type' }],
    ]);
  });
});
