import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { EventType } from '../../../shared/pipeline/index.ts';
import { spanOf } from '../../../shared/pipeline/index.ts';
import { pipelines } from '../../../shared/pipelines/index.ts';
import { traffic } from '../../../shared/pipelines/network-traffic.ts';
import type { Refusal } from '../../../tools/cli/send/items.ts';
import { type SendOptions, sendSource } from '../../../tools/cli/send/send.ts';
import type { Source } from '../../../tools/cli/send/source.ts';
import {
  acceptAll,
  type FakeAnswer,
  type FakeIngest,
  reply,
  startFakeIngest,
} from '../../factories/fake-ingest.ts';

let server: FakeIngest;
afterEach(() => server.stop());

const sourceOf = (text: string, name = 'test.ndjson'): Source => ({
  name,
  size: text.length,
  bytesRead: () => 0,
  chunks: (async function* () {
    yield Buffer.from(text);
  })(),
});

const lines = (count: number, first = 0): string =>
  Array.from({ length: count }, (_, index) => `{"event_id":"e${first + index}","device":"d"}`).join('\n');

async function send(text: string, answer: FakeAnswer, options: Partial<SendOptions> = {}) {
  server = await startFakeIngest(answer);
  const refused: Refusal[] = [];
  const retries: [reason: string, delay: number][] = [];
  const progress = await sendSource(
    sourceOf(text),
    {
      type: traffic as unknown as EventType,
      url: server.url,
      key: 'secret',
      batch: 10,
      rate: Number.POSITIVE_INFINITY,
      patience: 10_000,
      backoff: { base: 2, cap: 10 },
      ...options,
    },
    {
      progress: () => {},
      rejected: (refusal) => refused.push(refusal),
      retrying: (reason, delay) => retries.push([reason, delay]),
    },
  );
  return { progress, refused, retries };
}

const idOf = (line: string): string => JSON.parse(line).event_id;

describe('sending', () => {
  test('goes in order, in batches, one after the other', async () => {
    let underWay = 0;
    const { progress } = await send(lines(95), async (request, response) => {
      expect(++underWay).toBe(1);
      await new Promise(setImmediate);
      underWay--;
      acceptAll(request, response);
    });
    expect(progress).toEqual({ accepted: 95, rejected: 0, retried: 0 });
    expect(server.requests.map(({ lines }) => lines.length)).toEqual([...Array(9).fill(10), 5]);
    expect(server.requests.flatMap(({ lines }) => lines).join('\n')).toBe(lines(95));
    expect(server.requests[0]).toMatchObject({
      path: '/v1/events/network-traffic',
      headers: { 'x-api-key': 'secret', 'content-type': 'application/x-ndjson' },
    });
  });

  test('spans only so much event time with one request', async () => {
    const times = [0, 50, 100, 101, 30, 900, undefined, 901];
    const text = times.map((ts, index) => JSON.stringify({ event_id: `e${index}`, ts })).join('\n');
    await send(text, acceptAll, { span: 100 });
    expect(server.requests.map(({ lines }) => lines.map((line) => JSON.parse(line).ts))).toEqual([
      [0, 50, 100],
      [101, 30],
      [900, undefined, 901],
    ]);
    const type = traffic as unknown as EventType;
    expect(spanOf(type, pipelines)).toBe((10_000 + 600_000) / 2);
    expect(spanOf({ ...type, name: 'other' }, pipelines)).toBe(Number.POSITIVE_INFINITY);
  });

  test('keeps to its rate', async () => {
    const began = performance.now();
    await send(lines(30), acceptAll, { rate: 100 });
    // The first batch of 10 goes at once, so 30 events take the time of 20.
    expect(performance.now() - began).toBeGreaterThan(190);
  });

  test('reports what was rejected with its line, whoever found it', async () => {
    const text = `${lines(2)}\nnot json\n\n${lines(2, 2)}`;
    const { progress, refused } = await send(text, ({ lines }, response) =>
      reply(response, 202, { accepted: lines.length - 1, rejected: [{ index: 3, id: 'e3', reason: 'bad' }] }),
    );
    expect(progress).toEqual({ accepted: 3, rejected: 2, retried: 0 });
    expect(refused.map(({ line, reason }) => [line, reason.slice(0, 8)])).toEqual([
      [3, 'not JSON'],
      [6, 'bad'],
    ]);
  });

  test('an empty file is no failure and no request', async () => {
    expect((await send('\n\n', acceptAll)).progress).toEqual({ accepted: 0, rejected: 0, retried: 0 });
    expect(server.requests).toEqual([]);
  });
});

describe('when the server fails', () => {
  test('a request that was cut off is sent again with the same bytes', async () => {
    let attempts = 0;
    const { progress, retries } = await send(lines(3), (request, response) => {
      if (++attempts < 3) response.destroy();
      else acceptAll(request, response);
    });
    expect(progress).toEqual({ accepted: 3, rejected: 0, retried: 2 });
    expect(new Set(server.requests.map((request) => request.lines.join())).size).toBe(1);
    expect(retries[0]?.[0]).toContain(`cannot reach ${server.url.origin}`);
  });

  test('retry-after is honoured', async () => {
    let attempts = 0;
    const { retries } = await send(lines(1), (request, response) => {
      if (++attempts < 2) reply(response, 429, { detail: 'slow' }, { 'retry-after': '1' });
      else acceptAll(request, response);
    });
    expect(retries).toEqual([['429: slow', expect.closeTo(1_001, -1)]]);
  });

  test('only what was not stored is sent again, and the next batch waits for it', async () => {
    let attempts = 0;
    const { progress, refused } = await send(lines(12), (request, response) => {
      if (++attempts > 1) return acceptAll(request, response);
      reply(response, 503, {
        detail: 'x',
        accepted: 7,
        rejected: [{ index: 2, reason: 'no' }],
        retry: [1, 4],
      });
    });
    expect(server.requests.map(({ lines }) => lines.map(idOf))).toEqual([
      ['e0', 'e1', 'e2', 'e3', 'e4', 'e5', 'e6', 'e7', 'e8', 'e9'],
      ['e1', 'e4'],
      ['e10', 'e11'],
    ]);
    expect(progress).toEqual({ accepted: 11, rejected: 1, retried: 1 });
    expect(refused.map(({ line }) => line)).toEqual([3]);
  });

  test('a batch that is too large goes in halves, down to the one event that is', async () => {
    const { progress, refused } = await send(lines(10), (request, response) => {
      if (request.lines.some((line) => idOf(line) === 'e6')) reply(response, 413, { detail: 'too large' });
      else acceptAll(request, response);
    });
    expect(progress).toEqual({ accepted: 9, rejected: 1, retried: 0 });
    expect(refused).toEqual([{ line: 7, text: '{"event_id":"e6","device":"d"}', reason: '413: too large' }]);
  });

  test.each([
    [401, '401: no'],
    [404, '404: no'],
    [415, '415: no'],
  ])('%d ends it at once', async (status, reason) => {
    await expect(send(lines(30), (_, response) => reply(response, status, { detail: 'no' }))).rejects.toThrow(
      reason,
    );
    expect(server.requests).toHaveLength(1);
  });

  test('an answer that does not account for every event ends it', async () => {
    await expect(
      send(lines(3), (_, response) => reply(response, 202, { accepted: 2, rejected: [] })),
    ).rejects.toThrow('the answer accounts for 2 events of 3');
  });

  test('it gives up after its patience', async () => {
    await expect(
      send(lines(3), (_, response) => reply(response, 503, { detail: 'down' }), { patience: 50 }),
    ).rejects.toThrow(/^503: down \(gave up after \d+ attempts\)$/);
  });

  test('it ends when it is told to', async () => {
    const abort = new AbortController();
    const answer = vi.fn<FakeAnswer>(() => abort.abort());
    await expect(send(lines(3), answer, { signal: abort.signal })).rejects.toThrow('interrupted');
    expect(answer).toHaveBeenCalledOnce();
  });
});

test('whatever fails, everything is stored and no event overtakes one before it', async () => {
  const failures = fc.constantFrom('ok', 'ok', 'lost-answer', 'cut', '429', '503', '503-part', '500', '413');
  await fc.assert(
    fc.asyncProperty(
      fc.array(failures, { maxLength: 30 }),
      fc.nat(60),
      fc.nat(1000),
      async (plan, count, salt) => {
        const stored: string[] = [];
        let next = 0;
        const store = (ids: readonly string[]) => {
          for (const id of ids) if (!stored.includes(id)) stored.push(id);
        };
        const { progress } = await send(lines(count), ({ lines }, response) => {
          const ids = lines.map(idOf);
          const failure = plan[next++] ?? 'ok';
          if (failure === 'cut') return response.destroy();
          if (failure === '413' && ids.length > 1) return reply(response, 413, {});
          if (failure === '429' || failure === '503' || failure === '500')
            return reply(response, Number(failure), {});
          if (failure === '503-part') {
            // What is stored of a key is what comes first: the file has one key here.
            const part = salt % (ids.length + 1);
            store(ids.slice(0, part));
            const retry = ids.slice(part).map((_, index) => part + index);
            return reply(response, 503, { accepted: part, rejected: [], retry });
          }
          store(ids);
          if (failure === 'lost-answer') return response.destroy();
          return reply(response, 202, { accepted: ids.length, rejected: [] });
        });
        await server.stop();
        expect(stored.join('\n')).toBe(
          lines(count) === '' ? '' : lines(count).split('\n').map(idOf).join('\n'),
        );
        expect(progress).toMatchObject({ accepted: count, rejected: 0 });
      },
    ),
    { numRuns: 30 },
  );
  server = await startFakeIngest(acceptAll);
});
