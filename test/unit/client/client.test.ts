import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  ClientClosedError,
  type ClientOptions,
  MillraceClient,
  type Outcome,
} from '../../../client/index.ts';
import { retryDelay } from '../../../client/retry-delay.ts';
import * as examples from '../../../docs/examples/client.ts';
import { traffic } from '../../../shared/pipelines/network-traffic.ts';
import {
  acceptAll,
  type FakeAnswer,
  type FakeIngest,
  reply,
  startFakeIngest,
} from '../../factories/fake-ingest.ts';
import { trafficData } from '../../support/ingest-harness.ts';

type Traffic = Parameters<MillraceClient<typeof traffic>['send']>[1];

let server: FakeIngest;
afterEach(() => server?.stop());

async function clientOf(answer: FakeAnswer, options: Partial<ClientOptions<typeof traffic>> = {}) {
  server = await startFakeIngest(answer);
  return new MillraceClient({
    url: server.url,
    key: 'secret',
    types: [traffic],
    warn: () => {},
    retry: { base: 2, cap: 10 },
    // Nothing goes before it is flushed: how busy the machine is must not decide what is in a request.
    batch: { delay: 60_000 },
    ...options,
  });
}

const event = (over: Partial<Traffic> = {}) => trafficData(over) as Traffic;
const events = (count: number) => Array.from({ length: count }, (_, n) => event({ event_id: `e${n}` }));
const idsOf = (lines: readonly string[]): string[] => lines.map((line) => JSON.parse(line).event_id);

/** An answer that waits until it is let go. */
function held() {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const answer: FakeAnswer = (request, response) => void released.then(() => acceptAll(request, response));
  return { answer, release };
}

describe('batches', () => {
  test('go when they are full, and else when their first event has waited long enough', async () => {
    const client = await clientOf(acceptAll, { batch: { events: 3, delay: 200 } });
    const began = performance.now();
    const tickets = await Promise.all(events(7).map((data) => client.send('network-traffic', data)));
    await Promise.all(tickets.map(({ outcome }) => outcome));
    expect(performance.now() - began).toBeGreaterThan(190);
    expect(server.requests.map(({ lines }) => idsOf(lines))).toEqual([
      ['e0', 'e1', 'e2'],
      ['e3', 'e4', 'e5'],
      ['e6'],
    ]);
  });

  test('go at once when flushed, and are no longer than their size', async () => {
    const client = await clientOf(acceptAll, { batch: { size: 400, delay: 60_000 } });
    for (const data of events(5)) await client.send('network-traffic', data);
    await client.flush();
    expect(server.requests.map(({ lines }) => lines.length)).toEqual([2, 2, 1]);
    expect(client.counts).toEqual({ waiting: 0, stored: 5, rejected: 0, failed: 0, retried: 0 });
  });

  test('are compressed where that pays', async () => {
    const client = await clientOf(acceptAll);
    await client.send('network-traffic', event());
    await client.flush();
    for (const data of events(20)) await client.send('network-traffic', data);
    await client.flush();
    expect(server.requests.map(({ headers }) => headers['content-encoding'])).toEqual([undefined, 'gzip']);
    expect(idsOf(server.requests[1]!.lines)).toEqual(events(20).map(({ event_id }) => event_id));
  });
});

describe('ids', () => {
  test('are made before the first attempt and stay', async () => {
    let attempts = 0;
    const client = await clientOf((request, response) =>
      ++attempts < 4 ? response.destroy() : acceptAll(request, response),
    );
    const ticket = await client.send('network-traffic', event({ event_id: null }));
    const named = await client.send('network-traffic', event({ event_id: undefined }), { id: 'mine' });
    await client.flush();
    expect(await ticket.outcome).toEqual({ status: 'stored' });
    expect(await named.outcome).toEqual({ status: 'stored' });
    expect(new Set(server.requests.flatMap(({ lines }) => idsOf(lines)))).toEqual(
      new Set([ticket.id, 'mine']),
    );
    expect(client.counts.retried).toBe(3);
  });

  test('are put into the envelope where the type has no field for them, with the time of the data', async () => {
    server = await startFakeIngest(acceptAll);
    const client = new MillraceClient({
      url: server.url,
      types: [{ name: 'visit', time: 'at' }],
      token: () => 'jwt',
    });
    const ticket = await client.send('visit', { at: 5 }, { id: 'v1' });
    await client.sendEvent({
      source: '/app',
      type: 'visit',
      id: 'v2',
      time: '2026-01-01T00:00:00Z',
      data: 1,
      level: 7,
    });
    await client.close();
    expect(ticket).toMatchObject({ id: 'v1', type: 'visit' });
    const [{ path, headers, lines } = { path: '', headers: {}, lines: [] }] = server.requests;
    expect([path, headers.authorization]).toEqual(['/v1/jwt/events', 'Bearer jwt']);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { specversion: '1.0', id: 'v1', source: '/v1/events/visit', type: 'visit', time: 5, data: { at: 5 } },
      {
        specversion: '1.0',
        id: 'v2',
        source: '/app',
        type: 'visit',
        time: '2026-01-01T00:00:00Z',
        data: 1,
        level: 7,
      },
    ]);
  });
});

describe('outcomes', () => {
  test('are told per event, and a rejected one is not sent again', async () => {
    let attempts = 0;
    const told: [unknown, Outcome['status']][] = [];
    const client = await clientOf(
      (request, response) => {
        if (++attempts > 1) return acceptAll(request, response);
        const rejected = [{ index: 0, id: 'e0', code: 'invalid-data', reason: 'ip: no', pointer: '/ip' }];
        reply(response, 503, { detail: 'part', accepted: 1, rejected, retry: [2] });
      },
      { onOutcome: ({ context }, { status }) => told.push([context, status]) },
    );
    const tickets = await Promise.all(
      events(3).map((data, context) => client.send('network-traffic', data, { context })),
    );
    await client.flush();
    expect(await Promise.all(tickets.map(({ outcome }) => outcome))).toEqual([
      { status: 'rejected', code: 'invalid-data', reason: 'ip: no', pointer: '/ip' },
      { status: 'stored' },
      { status: 'stored' },
    ]);
    expect(told).toEqual([
      [0, 'rejected'],
      [1, 'stored'],
      [2, 'stored'],
    ]);
    expect(server.requests.map(({ lines }) => idsOf(lines))).toEqual([['e0', 'e1', 'e2'], ['e2']]);
  });

  test('that nobody asks for are warned of when they are bad, once a request', async () => {
    const warn = vi.fn();
    const client = await clientOf((_, response) => reply(response, 401, { detail: 'who?' }), { warn });
    for (const data of events(3)) await client.send('network-traffic', data);
    await client.flush();
    expect(warn.mock.calls).toEqual([['millrace: network-traffic e0 was failed: 401: who? (and 2 more)']]);
  });

  test('a callback that throws holds nothing up', async () => {
    const warn = vi.fn();
    const onOutcome = () => {
      throw new Error('oops');
    };
    const client = await clientOf(acceptAll, { warn, onOutcome });
    for (const data of events(2)) await client.send('network-traffic', data);
    await client.close();
    expect(client.counts.stored).toBe(2);
    expect(warn).toHaveBeenCalledTimes(2);
  });
});

describe('the buffer', () => {
  test('is bounded: send waits, in order, and trySend refuses', async () => {
    const { answer, release } = held();
    const client = await clientOf(answer, { buffer: { events: 2 }, batch: { delay: 0 } });
    const [first, second, third, fourth] = events(4) as [Traffic, Traffic, Traffic, Traffic];
    await client.send('network-traffic', first);
    await client.send('network-traffic', second);
    let taken = 0;
    const waiting = [third, fourth].map((data) => client.send('network-traffic', data).then(() => taken++));
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    expect([taken, client.trySend('network-traffic', first), client.counts.waiting]).toEqual([0, false, 2]);
    release();
    await Promise.all(waiting);
    await client.flush();
    expect(server.requests.flatMap(({ lines }) => idsOf(lines))).toEqual(['e0', 'e1', 'e2', 'e3']);
    expect(client.trySend('network-traffic', event())).toMatchObject({ id: 'event-1' });
    await client.close();
  });

  test('takes an event that is larger than all of it when it is empty', async () => {
    const client = await clientOf(acceptAll, { buffer: { size: 10 } });
    for (const data of events(3)) await client.send('network-traffic', data);
    await client.close();
    expect(client.counts.stored).toBe(3);
  });
});

describe('closing', () => {
  test('sends what is there and takes nothing more', async () => {
    const client = await clientOf(acceptAll, { batch: { delay: 60_000 } });
    {
      await using closing = client;
      await closing.send('network-traffic', event());
    }
    expect(server.requests).toHaveLength(1);
    await expect(client.send('network-traffic', event())).rejects.toThrow(ClientClosedError);
    expect(() => client.trySend('network-traffic', event())).toThrow(ClientClosedError);
  });

  test('gives up after its time, and says of every event that it failed', async () => {
    const client = await clientOf(() => {}, { buffer: { events: 3 }, batch: { events: 2, delay: 0 } });
    const tickets = await Promise.all(events(3).map((data) => client.send('network-traffic', data)));
    const late = client.send('network-traffic', event());
    const refused = expect(late).rejects.toThrow(ClientClosedError);
    await client.close(20);
    for (const { outcome } of tickets) {
      expect(await outcome).toEqual({
        status: 'failed',
        reason: 'the client was closed before it was stored',
      });
    }
    await refused;
    expect(client.counts).toMatchObject({ waiting: 0, failed: 3 });
  });
});

test('a named sender tells its clock anew with every attempt', async () => {
  let attempts = 0;
  const client = await clientOf(
    (request, response) => (++attempts < 3 ? reply(response, 503, {}) : acceptAll(request, response)),
    { sender: 'till-7/boot-3', retry: { base: 40, cap: 40 } },
  );
  await client.send('network-traffic', event());
  await client.close();
  const headers = server.requests.map((request) => request.headers);
  expect(new Set(headers.map((header) => header['millrace-sender']))).toEqual(new Set(['till-7/boot-3']));
  const times = headers.map((header) => Date.parse(String(header['millrace-sent-at'])));
  expect(times).toHaveLength(3);
  expect([...times].sort((a, b) => a - b)).toEqual(times);
  expect(Date.now() - times[2]!).toBeLessThan(10_000);
});

test('an answer that does not come in time counts as none', async () => {
  let attempts = 0;
  const client = await clientOf((request, response) => ++attempts > 1 && acceptAll(request, response), {
    retry: { base: 1, cap: 1, requestTimeout: 200 },
    batch: { delay: 1 },
  });
  const ticket = await client.send('network-traffic', event());
  expect(await ticket.outcome).toEqual({ status: 'stored' });
  expect(client.counts.retried).toBeGreaterThan(0);
});

test('the wait doubles, is random from nothing on, and comes on top of what the server asks for', () => {
  const limits = { base: 100, cap: 1_000 };
  const draw = (attempt: number, after?: number) =>
    Array.from({ length: 2_000 }, () => retryDelay(attempt, after, limits));
  for (const [attempt, most] of [
    [1, 100],
    [2, 200],
    [4, 800],
    [5, 1_000],
    [50, 1_000],
  ] as const) {
    const waits = draw(attempt);
    expect(Math.max(...waits)).toBeLessThanOrEqual(most);
    expect(Math.max(...waits)).toBeGreaterThan(0.95 * most);
    expect(Math.min(...waits)).toBeLessThan(0.05 * most);
  }
  expect(Math.min(...draw(1, 5_000))).toBeGreaterThanOrEqual(5_000);
});

test('what was declared is what compiles', async () => {
  const client = await clientOf(acceptAll);
  // @ts-expect-error no such type
  await expect(client.send('network-trafic', event())).rejects.toThrow('none of the client');
  // @ts-expect-error a device is a text
  await client.send('network-traffic', { ...event(), device: 7 });
  const { ip: _, ...incomplete } = event();
  // @ts-expect-error ip is missing
  await client.send('network-traffic', incomplete);
  await client.close();
  const loose = new MillraceClient({ url: server.url, types: [{ name: 'a', id: 'id' }] });
  await loose.send('a', { whatever: 1 });
  // @ts-expect-error no such type here either
  await expect(loose.send('b', {})).rejects.toThrow(RangeError);
  await loose.close();
});

test('the examples of the documentation do what they say', async () => {
  server = await startFakeIngest(acceptAll);
  const url = server.url.href;
  async function* reports() {
    yield* events(3);
  }
  await examples.send(url, reports());
  await examples.elsewhere(url, 'secret');
  expect(await examples.callbacks(url, events(2))).toBe(0);
  const client = new MillraceClient({ url, types: [traffic], batch: { delay: 1 } });
  await examples.outcome(client, event());
  await examples.events(client, event());
  await client.close();
  expect(server.requests.map(({ path, lines }) => [path, lines.length])).toEqual([
    ['/v1/events/network-traffic', 3],
    ['/v1/events/visit', 1],
    ['/v1/events/network-traffic', 2],
    ['/v1/events/network-traffic', 1],
    ['/v1/events', 1],
  ]);
});
