import { expect, test } from 'vitest';
import { ingestHarness, trafficEvent } from '../../support/ingest-harness.ts';

const ask = (headers: Record<string, string>, origins?: string[]) =>
  ingestHarness([], origins ? { webHookOrigins: new Set(origins) } : {}).handle({
    rawPath: '/v1/events',
    headers,
    requestContext: { http: { method: 'OPTIONS' } },
  } as never);

test('a web hook is agreed to without a key, at the rate asked for', async () => {
  const headers = { 'webhook-request-origin': 'eventemitter.example.com', 'webhook-request-rate': '120' };
  expect(await ask(headers)).toEqual({
    statusCode: 200,
    headers: { allow: 'POST, OPTIONS', 'webhook-allowed-origin': '*', 'webhook-allowed-rate': '120' },
  });
});

test.each(['1000000', '0', '-1', 'many', ''])(
  'a rate of "%s" becomes the one that is possible',
  async (rate) => {
    const headers = { 'webhook-request-origin': 'a.example', 'webhook-request-rate': rate };
    expect((await ask(headers)).headers).toMatchObject({ 'webhook-allowed-rate': '60000' });
  },
);

test('where origins are listed, only those are agreed to, by name', async () => {
  const answer = await ask({ 'webhook-request-origin': 'A.example' }, ['a.example']);
  expect(answer.headers).toMatchObject({ 'webhook-allowed-origin': 'A.example' });
  for (const headers of [{ 'webhook-request-origin': 'b.example' }, {}]) {
    expect(await ask(headers as Record<string, string>, ['a.example'])).toEqual({
      statusCode: 204,
      headers: { allow: 'POST, OPTIONS' },
    });
  }
});

test('there is nothing to agree to for a type that nobody has declared', async () => {
  const askFor = (type: string) =>
    ingestHarness().handle({
      rawPath: `/v1/events/${type}`,
      pathParameters: { type },
      headers: { 'webhook-request-origin': 'a.example' },
      requestContext: { http: { method: 'OPTIONS' } },
    } as never);
  expect((await askFor('network-traffic')).statusCode).toBe(200);
  const refused = await askFor('unheard-of');
  expect(refused.statusCode).toBe(404);
  expect(JSON.parse(refused.body ?? '')).toMatchObject({
    type: 'urn:millrace:error:unknown-type',
    detail: expect.stringContaining('"unheard-of" is none of: '),
  });
});

test('deliveries bring the key as a bearer token or in the query', async () => {
  const { send } = ingestHarness();
  const body = JSON.stringify(trafficEvent());
  const path = '/v1/events';
  const bearer = await send({
    path,
    body,
    headers: { 'x-api-key': undefined, authorization: 'Bearer local' },
  });
  expect(bearer.status).toBe(202);
  const query = await send({ path, body, query: 'access_token=local', headers: { 'x-api-key': undefined } });
  expect([query.status, query.headers['cache-control']]).toEqual([202, 'private']);
  const wrong = await send({ path, body, query: 'access_token=guess', headers: { 'x-api-key': undefined } });
  expect(wrong.status).toBe(401);
});
