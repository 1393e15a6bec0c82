import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
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
import { Contract } from '../support/contract.ts';
import { documentedRequests } from '../support/documented-requests.ts';
import { MillraceProcess, temporaryFolder } from '../support/millrace-process.ts';
import { BAD_REQUESTS, type BadRequest } from './bad-requests.ts';

const execute = promisify(execFile);
const MILLRACE = fileURLToPath(new URL('../../tools/cli/millrace.js', import.meta.url));

const folder = temporaryFolder();
let run: MillraceProcess;
let contract: Contract;

beforeAll(async () => {
  run = await MillraceProcess.start(folder.path, '--fresh', '--port', '0');
  contract = await Contract.of(run.url);
}, 120_000);

/** A request, and what the document that the run serves has to say about its answer. */
async function ask(path: string, init: RequestInit & { readonly method: string }) {
  const answer = await fetch(`${run.url}${path}`, { ...init, headers: { ...HEADERS, ...init.headers } });
  const { status, headers } = answer;
  const body = await answer.text();
  const [plain = ''] = path.split('?');
  expect(contract.problemsOf({ method: init.method, path: plain, status, headers, body }) ?? []).toEqual([]);
  return { status, headers, body };
}
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
    const answer = await ask(path ?? '/v1/events/network-traffic', {
      method: 'POST',
      body: asSent(body),
      ...init,
      headers: { ...init?.headers },
    });
    const problem = JSON.parse(answer.body) as Record<string, unknown>;
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

test('a key made by the command sends what it is limited to, until it is revoked', async () => {
  const millrace = async (...args: string[]) =>
    (await execute(process.execPath, [MILLRACE, 'keys', ...args, '--data', folder.path])).stdout.trim();
  const key = await millrace('create', 'web', '--types', 'network-traffic');
  const statusOf = async (type: string) => {
    const headers = { 'x-api-key': key };
    return (await ask(`/v1/validate/${type}`, { method: 'POST', headers, body: traffic() })).status;
  };
  expect([await statusOf('network-traffic'), await statusOf('patient-vitals')]).toEqual([202, 403]);
  expect(await millrace('list')).toMatch(/^web\t.*\ttypes network-traffic$/);
  expect(await millrace('revoke', 'web')).toMatch(/^revoked web/);
  expect(await millrace('list')).toMatch(/\trevoked\t/);
});

describe('the document that it serves', () => {
  const READ = ['/healthz', '/v1/stages', '/v1/openapi.json', '/docs', '/'];

  test.each(READ)('says how %s is answered', async (path) => {
    expect((await ask(path, { method: 'GET' })).status).toBe(200);
  });

  test('says how every stage is answered for', async () => {
    const paths = Object.keys(contract.document.paths).filter((path) => /^\/v1\/windows\/[^{]+$/.test(path));
    expect(paths.length).toBeGreaterThan(3);
    const items = await Promise.all(
      paths.map(async (path) => {
        const { status, body } = await ask(`${path}?limit=1`, { method: 'GET' });
        expect(status).toBe(200);
        return (JSON.parse(body) as { items: unknown[] }).items.length;
      }),
    );
    // At least the windows that the test above has waited for.
    expect(items.filter((count) => count === 1).length).toBeGreaterThanOrEqual(2);
  });

  test('says how a web hook is agreed to', async () => {
    const headers = { 'webhook-request-origin': 'hooks.example', 'webhook-request-rate': '10' };
    expect((await ask('/v1/events', { method: 'OPTIONS', headers })).status).toBe(200);
    expect((await ask('/v1/events/network-traffic', { method: 'OPTIONS' })).status).toBe(204);
  });

  test('has examples that are answered as it says', async () => {
    const requests = documentedRequests(contract.document);
    expect(requests.length).toBeGreaterThan(30);
    for (const { path, contentType, body, status, answer } of requests) {
      const headers = { 'content-type': contentType };
      const given = await ask(path, { method: 'POST', headers, body });
      expect([path, body, given.status, withoutIds(JSON.parse(given.body))]).toEqual([
        path,
        body,
        status,
        withoutIds(answer),
      ]);
    }
  });
});

/** Ids that are assigned are others every time. */
const withoutIds = (answer: unknown): unknown => ({
  ...(answer as object),
  ids: (answer as { ids?: unknown[] }).ids?.length,
});
