import { createHash } from 'node:crypto';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { KeyChecker } from '../../../shared/ingest/keys.ts';
import { pipelines } from '../../../shared/pipelines/index.ts';
import { createQuery, type QueryOptions } from '../../../shared/results/query.ts';
import type { WindowResult } from '../../../shared/results/result.ts';
import { stageView } from '../../../shared/results/stages.ts';
import { upsertResult } from '../../../shared/results/upsert.ts';
import { httpEvent } from '../../factories/http.ts';
import { type ResultsEmulator, startResultsEmulator } from '../../factories/results-table.ts';

const START = Date.UTC(2026, 0, 1);
const result = (key: string, minute: number): WindowResult => ({
  stage: 'device-traffic',
  key,
  start: START + minute * 60_000,
  end: START + (minute + 1) * 60_000,
  revision: minute,
  final: false,
  values: { events: 6, mean: null },
});

const request = (path: string, key?: string) => {
  const [name, query] = path.split('?');
  return httpEvent({ method: 'GET', path: name!, query: query ?? '', headers: { 'x-api-key': key } });
};

const bodyOf = ({ body }: APIGatewayProxyStructuredResultV2) => JSON.parse(body ?? '');

let emulator: ResultsEmulator;
let options: QueryOptions;
beforeAll(async () => {
  emulator = await startResultsEmulator();
  options = {
    client: emulator.client,
    resultsTable: await emulator.createResultsTable(),
    stateTable: await emulator.createTable(),
    pipelines,
    keys: undefined,
    statics: () => ({ '/docs': { headers: { 'content-type': 'text/html' }, body: 'docs' } }),
    warn: vi.fn(),
  };
  const target = { client: emulator.client, table: options.resultsTable };
  for (const minute of [1, 0, 2]) {
    for (const key of ['b', 'a', 'c/d e']) await upsertResult(target, result(key, minute), 2e9);
  }
});
afterAll(() => emulator.stop());

const ask = (path: string, extra: Partial<QueryOptions> = {}, key?: string) =>
  createQuery({ ...options, ...extra })(request(path, key));

describe('GET /v1/windows/{stage}', () => {
  test('answers with the windows in the order of time and key', async () => {
    const answer = await ask('/v1/windows/device-traffic?limit=4');
    expect(answer).toMatchObject({ statusCode: 200, headers: { 'content-type': 'application/json' } });
    const { items, cursor } = bodyOf(answer);
    expect(items[0]).toEqual({
      key: 'a',
      start: '2026-01-01T00:00:00.000Z',
      end: '2026-01-01T00:01:00.000Z',
      revision: 0,
      final: false,
      values: { events: 6, mean: null },
    });
    expect(items.map(({ key, revision }: WindowResult) => `${revision}${key}`)).toEqual([
      '0a',
      '0b',
      '0c/d e',
      '1a',
    ]);
    const rest = bodyOf(await ask(`/v1/windows/device-traffic?limit=10&cursor=${cursor}`));
    expect(rest.items.map(({ key, revision }: WindowResult) => `${revision}${key}`)).toEqual([
      '1b',
      '1c/d e',
      '2a',
      '2b',
      '2c/d e',
    ]);
    expect(rest.cursor).toBeNull();
  });

  test('narrows to a key and to times', async () => {
    const one = bodyOf(await ask('/v1/windows/device-traffic?key=c%2Fd%20e&from=2026-01-01T00:01:00Z'));
    expect(one.items.map(({ revision }: WindowResult) => revision)).toEqual([1, 2]);
    const none = bodyOf(await ask(`/v1/windows/device-traffic?from=${START}&to=${START}`));
    expect(none).toEqual({ items: [], cursor: null });
    expect(bodyOf(await ask('/v1/windows/ip-share')).items).toEqual([]);
  });

  test.each([
    ['/v1/windows/nothing', 404, 'unknown-stage', 'device-traffic, ip-share, device-hour, top-devices'],
    ['/v1/windows/device-traffic?limit=x', 400, 'invalid-parameter', 'limit'],
    ['/v1/windows/device-traffic?cursor=x', 400, 'invalid-parameter', 'cursor'],
    ['/v2/elsewhere', 404, 'not-found', '/v1/stages'],
  ])('%s is a problem', async (path, status, code, detail) => {
    const answer = await ask(path);
    expect(answer).toMatchObject({
      statusCode: status,
      headers: { 'content-type': 'application/problem+json' },
    });
    expect(bodyOf(answer)).toMatchObject({ type: `urn:millrace:error:${code}`, status });
    expect(bodyOf(answer).detail).toContain(detail);
  });

  test('a cursor does not continue another query', async () => {
    const { cursor } = bodyOf(await ask('/v1/windows/device-traffic?limit=1'));
    const answer = await ask(`/v1/windows/device-traffic?limit=1&key=a&cursor=${cursor}`);
    expect(answer.statusCode).toBe(400);
  });

  test('tables that cannot be read are unavailable, and the request is worth repeating', async () => {
    const client = new DynamoDBClient({ region: 'us-east-1' });
    mockClient(client)
      .on(QueryCommand)
      .rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException', $metadata: {} }));
    for (const path of ['/v1/windows/device-traffic', '/v1/stages']) {
      expect(await ask(path, { client })).toMatchObject({ statusCode: 503, headers: { 'retry-after': '2' } });
    }
  });
});

describe('GET /v1/stages', () => {
  test('lists every window stage, also before anything has happened', async () => {
    const { stages } = bodyOf(await ask('/v1/stages'));
    const declared = pipelines.flatMap((pipeline) => pipeline.stages).filter(({ kind }) => kind !== 'alert');
    expect(stages.map(({ name }: { name: string }) => name)).toEqual(declared.map(({ name }) => name));
    expect(declared.slice(0, 2).map(({ name }) => name)).toEqual(['device-traffic', 'ip-share']);
    expect(stages[0]).toEqual({
      name: 'device-traffic',
      pipeline: 'network-traffic',
      kind: 'window',
      watermark: null,
      closedUpTo: null,
      shards: [],
      lagMs: 0,
      counts: { accepted: 0, duplicate: 0, late: 0, rejected: 0 },
    });
  });

  test('writes times as ISO 8601 and takes the lag of the last shard', () => {
    const shard = { shard: 's0', n: 4, maxEventTime: START, updatedAt: START + 5, lagMs: 7, idle: false };
    const counts = { accepted: 1, duplicate: 2, late: 3, rejected: 4 };
    const shards = [shard, { ...shard, shard: 's1', maxEventTime: undefined, lagMs: 9, idle: true }];
    expect(
      stageView('p', { name: 's', kind: 'window' }, { watermark: START, closedUpTo: -1, shards, counts }),
    ).toEqual({
      name: 's',
      pipeline: 'p',
      kind: 'window',
      watermark: '2026-01-01T00:00:00.000Z',
      closedUpTo: '1969-12-31T23:59:59.999Z',
      shards: [
        { ...shard, maxEventTime: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.005Z' },
        {
          ...shard,
          shard: 's1',
          maxEventTime: null,
          updatedAt: '2026-01-01T00:00:00.005Z',
          lagMs: 9,
          idle: true,
        },
      ],
      lagMs: 9,
      counts,
    });
  });
});

describe('where reading needs a key', () => {
  const keys: KeyChecker = {
    check: async (key) =>
      key === 'good' ? { status: 'valid', hash: '', limits: {} } : { status: 'unknown' },
  };

  test.each(['/v1/windows/device-traffic', '/v1/stages'])('%s asks for it', async (path) => {
    expect((await ask(path, { keys })).statusCode).toBe(401);
    expect((await ask(path, { keys }, 'bad')).statusCode).toBe(401);
    expect((await ask(path, { keys }, 'good')).statusCode).toBe(200);
  });

  test('health and the page, which hold no data, do not', async () => {
    expect(await ask('/healthz', { keys })).toMatchObject({ statusCode: 200, body: '{"status":"ok"}' });
    expect((await ask('/', { keys })).statusCode).toBe(200);
  });

  test('a revoked key is forbidden, and a table of keys that is down is not the caller’s fault', async () => {
    const disabled: KeyChecker = { check: async () => ({ status: 'disabled' }) };
    const down: KeyChecker = { check: () => Promise.reject(new Error('down')) };
    expect((await ask('/v1/stages', { keys: disabled }, 'k')).statusCode).toBe(403);
    expect((await ask('/v1/stages', { keys: down }, 'k')).statusCode).toBe(503);
  });
});

test('only GET is allowed', async () => {
  expect(await createQuery(options)(httpEvent({ path: '/v1/stages' }))).toMatchObject({
    statusCode: 405,
    headers: { allow: 'GET' },
  });
});

describe('the page', () => {
  test('allows its own script and style by their hashes, and nothing else', async () => {
    const { headers, body = '' } = await ask('/');
    const policy = String(headers?.['content-security-policy']);
    const sha = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const [, script = ''] = /<script type="module">(.*?)<\/script>/s.exec(body) ?? [];
    const [, style = ''] = /<style>(.*?)<\/style>/s.exec(body) ?? [];
    expect(policy).toContain(`script-src ${sha(script)};`);
    expect(policy).toContain(`style-src ${sha(style)};`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(body).not.toMatch(/\s(on\w+|style|src|href)=/);
  });
});
