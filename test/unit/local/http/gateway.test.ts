import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Outcome, PayloadTooLargeError } from '../../../../tools/local/functions/outcome.ts';
import { Gateway } from '../../../../tools/local/http/gateway.ts';

let gateway: Gateway;
let url: string;
let respond: (payload: string) => Promise<Outcome>;

const ok = (response: unknown): Outcome => ({ ok: true, requestId: 'r', payload: JSON.stringify(response) });
const routes = [
  { key: 'GET /thing', functionName: 'fn', timeoutMs: 30_000 },
  { key: 'POST /thing', functionName: 'fn', timeoutMs: 30_000 },
  { key: 'GET /slow', functionName: 'fn', timeoutMs: 20 },
];

beforeEach(async () => {
  gateway = new Gateway();
  url = `http://127.0.0.1:${await gateway.listen(0)}`;
  gateway.open(routes, (_, payload) => respond(payload));
});
afterEach(() => gateway.close());

async function problem(answer: Response) {
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const { status, title } = (await answer.json()) as { status: number; title: string };
  expect(status).toBe(answer.status);
  return [status, title];
}

describe('responses', () => {
  test('with a status code say everything themselves', async () => {
    const body = Buffer.from([1, 2, 3]).toString('base64');
    const headers = { 'Content-Type': 'application/x-thing', 'Content-Length': '999' };
    respond = async () =>
      ok({ statusCode: 201, headers, cookies: ['a=1', 'b=2'], body, isBase64Encoded: true });
    const answer = await fetch(`${url}/thing`);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('content-type')).toBe('application/x-thing');
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual([1, 2, 3]);
  });

  test('without one are the body', async () => {
    respond = async () => ok({ hello: 'world' });
    const answer = await fetch(`${url}/thing`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ hello: 'world' });
  });
});

describe('problems', () => {
  test('404, 405', async () => {
    expect(await problem(await fetch(`${url}/other`))).toEqual([404, 'Not Found']);
    const answer = await fetch(`${url}/thing`, { method: 'DELETE', body: 'x' });
    expect(answer.headers.get('allow')).toBe('GET, POST');
    expect(await problem(answer)).toEqual([405, 'Method Not Allowed']);
  });

  test('413 for a body beyond 10 MB, announced or not, and for an event beyond what Lambda takes', async () => {
    const body = new Uint8Array(11 * 1024 * 1024);
    expect(await problem(await fetch(`${url}/thing`, { method: 'POST', body }))).toEqual([
      413,
      'Content Too Large',
    ]);
    const stream = new Blob([body]).stream();
    const streamed = { method: 'POST', body: stream, duplex: 'half' } as RequestInit;
    expect(await problem(await fetch(`${url}/thing`, streamed))).toEqual([413, 'Content Too Large']);
    respond = async () => {
      throw new PayloadTooLargeError('too large');
    };
    expect(await problem(await fetch(`${url}/thing`))).toEqual([413, 'Content Too Large']);
  });

  test('500 when the function fails or answers nonsense', async () => {
    respond = async () => ({ ok: false, requestId: 'r', error: { errorType: 'Error', errorMessage: 'no' } });
    expect(await problem(await fetch(`${url}/thing`))).toEqual([500, 'Internal Server Error']);
    respond = async () => ok({ statusCode: 'many' });
    expect(await problem(await fetch(`${url}/thing`))).toEqual([500, 'Internal Server Error']);
  });

  test('503 when the function does not answer in time', async () => {
    let finish = (_: Outcome): void => {};
    respond = () => new Promise((resolve) => (finish = resolve));
    expect(await problem(await fetch(`${url}/slow`))).toEqual([503, 'Service Unavailable']);
    finish(ok(null));
  });

  test('503 before the routes are known', async () => {
    const starting = new Gateway();
    const port = await starting.listen(0);
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await problem(answer)).toEqual([503, 'Service Unavailable']);
    await starting.close();
  });
});

test('closing lets a request that is running have its answer', async () => {
  let finish = (_: Outcome): void => {};
  const called = new Promise<void>((resolve) => {
    respond = () => {
      resolve();
      return new Promise((answer) => (finish = answer));
    };
  });
  const answer = fetch(`${url}/thing`);
  await called;
  const closing = gateway.close();
  finish(ok('done'));
  expect(await (await answer).text()).toBe('done');
  await closing;
  await expect(fetch(`${url}/thing`)).rejects.toThrow();
});
