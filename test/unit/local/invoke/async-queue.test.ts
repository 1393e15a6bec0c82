import { expect, test, vi } from 'vitest';
import type { Outcome } from '../../../../tools/local/functions/outcome.ts';
import { AsyncQueue, type AsyncQueueOptions } from '../../../../tools/local/invoke/async-queue.ts';

const ok: Outcome = { ok: true, requestId: 'r', payload: 'null' };
const failed: Outcome = { ok: false, requestId: 'r', error: { errorType: 'Error', errorMessage: 'no' } };

function queue(respond: (call: number) => Outcome, more: Partial<AsyncQueueOptions> = {}) {
  const invoke = vi.fn(async (_name: string, _payload: string) => respond(invoke.mock.calls.length));
  const keep = vi.fn(async (_bucket: string, _key: string, _body: string) => {});
  const options = { configs: [], notice: () => {}, labelOf: (name: string) => name, waitsMs: [1, 1] };
  return { queue: new AsyncQueue({ invoke, keep, ...options, ...more }), invoke, keep };
}

test('an event that succeeds is delivered once', async () => {
  const { queue: subject, invoke } = queue(() => ok);
  subject.add('fn', '{"a":1}');
  await subject.idle();
  expect(invoke.mock.calls).toEqual([['fn', '{"a":1}']]);
});

test('an event that fails is tried twice more, then given up', async () => {
  const { queue: subject, invoke, keep } = queue(() => failed);
  subject.add('fn', '{}');
  await subject.idle();
  expect(invoke).toHaveBeenCalledTimes(3);
  expect(keep).not.toHaveBeenCalled();
});

test('the template says how often, and where what failed is kept', async () => {
  const configs = [
    { functionName: 'fn', maximumRetryAttempts: 0, maximumEventAgeSeconds: 60, onFailureBucket: 'lake' },
  ];
  const { queue: subject, invoke, keep } = queue(() => failed, { configs });
  subject.add('fn', '{"a":1}');
  await subject.idle();
  expect(invoke).toHaveBeenCalledTimes(1);
  const [bucket, key, body] = keep.mock.calls[0]!;
  expect(bucket).toBe('lake');
  expect(key).toMatch(
    /^aws\/lambda\/async\/fn\/\d{4}\/\d\d\/\d\d\/\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f-]{36}$/,
  );
  expect(JSON.parse(body)).toMatchObject({
    requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 1 },
    requestPayload: { a: 1 },
    responsePayload: { errorType: 'Error', errorMessage: 'no' },
  });
});

test('stopping waits for what runs and gives up what waits to be tried again', async () => {
  const { queue: subject, invoke } = queue(() => failed, { waitsMs: [3_600_000] });
  subject.add('fn', '{}');
  await subject.stop();
  expect(invoke).toHaveBeenCalledTimes(1);
});
