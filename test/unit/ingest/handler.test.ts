import type { Context } from 'aws-lambda';
import { afterEach, expect, it, vi } from 'vitest';
import { pipelines } from '../../../shared/pipelines/index.ts';
import { ENV } from '../../../shared/runtime/env.ts';
import { httpEvent } from '../../factories/http.ts';

afterEach(() => vi.unstubAllEnvs());

it('the ingest function is wired from its environment', async () => {
  vi.stubEnv(
    ENV.eventsStreams,
    JSON.stringify(Object.fromEntries(pipelines.map(({ name }) => [name, 'events']))),
  );
  vi.stubEnv(ENV.keysTable, 'keys');
  vi.stubEnv(ENV.sendersTable, 'senders');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  const { handler } = await import('../../../functions/ingest/handler.ts');
  const context = { getRemainingTimeInMillis: () => 10_000 } as Context;
  const answer = await handler(httpEvent({ headers: { 'x-api-key': undefined } }), context);
  expect(answer.statusCode).toBe(401);
});
