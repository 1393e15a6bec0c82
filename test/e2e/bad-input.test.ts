import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  becomesEqual,
  countsOf,
  EVENTUALLY,
  HEADERS,
  post,
  postAll,
  pushTime,
  traffic,
} from '../support/api-client.ts';
import { MillraceProcess, temporaryFolder } from '../support/millrace-process.ts';
import { BAD_REQUESTS, type BadRequest } from './bad-requests.ts';

const folder = temporaryFolder();
let run: MillraceProcess;

beforeAll(async () => {
  run = await MillraceProcess.start(folder.path, '--fresh', '--port', '0');
}, 120_000);
afterAll(async () => {
  await run?.kill();
  folder.remove();
}, 60_000);

function asSent(body: BadRequest['body']): string | Uint8Array<ArrayBuffer> | null {
  if (body === undefined) return null;
  return typeof body === 'string' || body instanceof Uint8Array
    ? (body as string | Uint8Array<ArrayBuffer>)
    : JSON.stringify(body);
}

describe('is answered with what is wrong:', () => {
  test.each(BAD_REQUESTS)('$what', async ({ path, init, body, status, code, names }) => {
    const answer = await fetch(`${run.url}${path ?? '/v1/events/network-traffic'}`, {
      method: 'POST',
      body: asSent(body),
      ...init,
      headers: { ...HEADERS, ...init?.headers },
    });
    const problem = (await answer.json()) as Record<string, unknown>;
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
    expect(problem).toMatchObject({
      status,
      title: expect.any(String),
      detail: expect.stringMatching(names),
    });
    if (code !== undefined) expect(problem.type).toBe(`urn:millrace:error:${code}`);
  });
});

test('of a request the good events are taken, and each bad one is told why', async () => {
  const start = Date.UTC(2026, 1, 1);
  const good = [0, 1, 2].map((n) => traffic({ event_id: `good-${n}`, ts: start + n }));
  const lines = [
    good[0],
    traffic({ event_id: 'bad', ip: 7 }),
    '{"event_id":"cut off","dev',
    good[1],
    traffic({ event_id: 'bad too', send_bytes: undefined }),
    good[2],
  ];
  const answer = await post(run.url, lines.join('\n'), { 'content-type': 'application/x-ndjson' });
  expect([answer.status, await answer.json()]).toEqual([
    202,
    {
      accepted: 3,
      rejected: [
        {
          index: 1,
          id: 'bad',
          code: 'invalid-data',
          reason: expect.stringMatching(/^ip:/),
          pointer: '/ip',
        },
        {
          index: 2,
          id: null,
          code: 'not-json',
          reason: expect.stringMatching(/^line 3: not JSON/),
          pointer: '',
        },
        {
          index: 4,
          id: 'bad too',
          code: 'invalid-data',
          reason: expect.stringMatching(/^send_bytes:/),
          pointer: '/send_bytes',
        },
      ],
    },
  ]);
  await postAll(run.url, pushTime(start + 120_000));
  await becomesEqual(run.url, good as string[]);
  // Nothing of all that was refused has reached the stream.
  const counts = { accepted: 3 + 64, duplicate: 0, late: 0, rejected: 0 };
  await expect
    .poll(() => countsOf(run.url), EVENTUALLY)
    .toEqual({ 'device-traffic': counts, 'ip-share': counts });
});
