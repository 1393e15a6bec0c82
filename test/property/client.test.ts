import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MillraceClient } from '../../client/index.ts';
import { traffic } from '../../shared/pipelines/network-traffic.ts';
import type { Behaviour } from '../factories/fake-stream.ts';
import { ingestHarness, trafficData } from '../support/ingest-harness.ts';

const RUNS = Number(process.env.RUNS ?? 40);
const DEVICES = 7;

/** How a request goes wrong on its way to ingestion, or its answer on the way back. */
type Way = 'ok' | 'lost' | 'answer-lost' | 'bad-gateway';

const ways = fc.array(fc.constantFrom<Way>('ok', 'ok', 'lost', 'answer-lost', 'bad-gateway'), {
  maxLength: 30,
});
const behaviours = fc.array(
  fc.oneof(
    fc.constantFrom<Behaviour>({ kind: 'ok' }, { kind: 'before' }, { kind: 'after' }, { kind: 'hang' }),
    fc
      .array(fc.boolean(), { minLength: 1, maxLength: 16 })
      .map((fail): Behaviour => ({ kind: 'partial', fail })),
  ),
  { maxLength: 40 },
);

/** The client's `fetch`, right into the code of ingestion, by way of a network that fails as told. */
function networkTo(ingest: ReturnType<typeof ingestHarness>, plan: readonly Way[]): typeof fetch {
  let next = 0;
  return async (url, init) => {
    const way = plan[next++] ?? 'ok';
    if (way === 'lost') throw new TypeError('fetch failed');
    if (way === 'bad-gateway') return new Response('<html>', { status: 502 });
    const { status, headers, body } = await ingest.send({
      path: new URL(String(url)).pathname,
      headers: init?.headers as Record<string, string>,
      body: init?.body as Uint8Array,
    });
    if (way === 'answer-lost') throw new TypeError('fetch failed');
    // What it asks for is in seconds; a test has milliseconds.
    const { 'retry-after': _, ...rest } = headers as Record<string, string>;
    return new Response(JSON.stringify(body), { status, headers: rest });
  };
}

test('whatever fails between client and stream, every event is stored, each key in order, and outcomes are true', async () => {
  await fc.assert(
    fc.asyncProperty(
      ways,
      behaviours,
      fc.record({
        count: fc.nat(120),
        events: fc.integer({ min: 1, max: 40 }),
        parallel: fc.integer({ min: 1, max: 4 }),
      }),
      async (plan, script, { count, events, parallel }) => {
        const ingest = ingestHarness(script, {
          put: { attempts: 2, requestTimeout: 5, backoff: { base: 0, cap: 0 } },
        });
        const client = new MillraceClient({
          url: 'http://ingest.test',
          key: 'local',
          types: [traffic],
          fetch: networkTo(ingest, plan),
          batch: { events, delay: 0 },
          retry: { base: 0, cap: 0 },
          parallel,
          warn: () => {},
        });
        const tickets = [];
        for (let n = 0; n < count; n++) {
          // Every eleventh is not an event.
          const bad = n % 11 === 10 ? { ip: 5 } : {};
          const data = trafficData({ event_id: `e${n}`, device: `d${n % DEVICES}`, ...bad });
          tickets.push(await client.send('network-traffic', data as never));
        }
        await client.close(Number.POSITIVE_INFINITY);
        const outcomes = await Promise.all(tickets.map(({ outcome }) => outcome));
        const good = Array.from({ length: count }, (_, n) => n).filter((n) => n % 11 !== 10);
        expect(outcomes.flatMap(({ status }, n) => (status === 'stored' ? [n] : []))).toEqual(good);
        expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(count - good.length);
        const stored = [...new Set(ingest.stored().map(({ id }) => id))].map((id) => Number(id.slice(1)));
        expect([...stored].sort((a, b) => a - b)).toEqual(good);
        for (let device = 0; device < DEVICES; device++) {
          const own = stored.filter((n) => n % DEVICES === device);
          expect(own).toEqual([...own].sort((a, b) => a - b));
        }
      },
    ),
    { numRuns: RUNS },
  );
});
