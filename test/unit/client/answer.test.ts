import { expect, test } from 'vitest';
import { interpret, parseRetryAfter } from '../../../client/answer.ts';

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  interpret(status, new Headers(headers), typeof body === 'string' ? body : JSON.stringify(body));

test('a receipt says what is stored and what is rejected', () => {
  expect(
    answer(202, {
      accepted: 2,
      rejected: [
        { index: 1, id: null, code: 'invalid-data', pointer: '/ts', reason: 'ts: must be integer' },
        { index: 2 },
      ],
    }),
  ).toEqual({
    kind: 'stored',
    accepted: 2,
    rejected: new Map([
      [1, { code: 'invalid-data', pointer: '/ts', reason: 'ts: must be integer' }],
      [2, { code: 'rejected', pointer: '', reason: 'no reason given' }],
    ]),
  });
});

test.each([400, 403])('a batch of which nothing is valid or allowed is settled too: %d', (status) => {
  expect(answer(status, { rejected: [{ index: 0, reason: 'no' }] })).toMatchObject({
    kind: 'stored',
    accepted: 0,
  });
});

test('an answer that is not from ingestion is not taken for success', () => {
  expect(answer(200, '<html>')).toEqual({ kind: 'refused', reason: '200: <html>' });
  expect(answer(200, {})).toMatchObject({ kind: 'refused' });
  expect(answer(400, { title: 'Bad', detail: 'the body is not JSON' })).toEqual({
    kind: 'refused',
    reason: '400: the body is not JSON',
  });
});

test.each([408, 429, 500, 502, 503, 504])('%d is tried again', (status) => {
  expect(answer(status, 'busy')).toMatchObject({ kind: 'retry', reason: `${status}: busy`, left: undefined });
});

test('of a request that was stored in part only the rest is tried again', () => {
  const body = {
    detail: 'x',
    accepted: 1,
    rejected: [{ index: 2, reason: 'no' }],
    retry: [0],
  };
  expect(answer(503, body, { 'retry-after': '2' })).toEqual({
    kind: 'retry',
    reason: '503: x',
    retryAfter: 2000,
    rejected: new Map([[2, { code: 'rejected', pointer: '', reason: 'no' }]]),
    left: new Set([0]),
  });
});

test.each([
  [401, 'refused'],
  [403, 'refused'],
  [404, 'refused'],
  [415, 'refused'],
  [413, 'too-large'],
])('%d means %s', (status, kind) => {
  expect(answer(status, { detail: 'why' })).toEqual({ kind, reason: `${status}: why` });
});

test('retry-after is seconds or a date', () => {
  const now = Date.UTC(2026, 0, 1);
  expect(parseRetryAfter('3', now)).toBe(3000);
  expect(parseRetryAfter('Thu, 01 Jan 2026 00:00:05 GMT', now)).toBe(5000);
  expect(parseRetryAfter('Wed, 31 Dec 2025 00:00:05 GMT', now)).toBe(0);
  expect(parseRetryAfter('soon', now)).toBeUndefined();
  expect(parseRetryAfter(null, now)).toBeUndefined();
});
