import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CloudEvent, emitterFor, HTTP, httpTransport, Mode } from 'cloudevents';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Gateway } from '../../tools/local/http/gateway.ts';
import { anything, typesOf } from '../factories/ingest-types.ts';
import { type IngestHarness, ingestHarness } from '../support/ingest-harness.ts';

const run = promisify(execFile);
const gateway = new Gateway();
let url = '';
let ingest: IngestHarness;

beforeAll(async () => {
  url = `http://127.0.0.1:${await gateway.listen(0)}/v1/events`;
  gateway.open(
    [{ key: 'POST /v1/events', functionName: 'ingest', timeoutMs: 10_000 }],
    async (_, payload) => ({
      ok: true,
      requestId: 'r',
      payload: JSON.stringify(await ingest.handle(JSON.parse(payload))),
    }),
  );
});
afterAll(() => gateway.end());

const fresh = () => {
  ingest = ingestHarness([], { types: typesOf(anything) });
};
const attributes = {
  id: 'Euro € 😀 "quoted" 100%',
  source: '/sender',
  type: anything.name,
  time: '2018-04-05T17:31:00.123Z',
  subject: 'Käse',
};

describe('the JavaScript SDK', () => {
  test.each([
    ['binary', Mode.BINARY, { message: 'Hello, 🌎!' }],
    ['binary', Mode.BINARY, ['a', 1, null]],
    ['structured', Mode.STRUCTURED, { message: 'Hello, 🌎!' }],
    ['structured', Mode.STRUCTURED, ['a', 1, null]],
    ['structured', Mode.STRUCTURED, false],
    ['structured', Mode.STRUCTURED, 'text'],
  ])('sends in %s mode', async (_, mode, data) => {
    fresh();
    const emit = emitterFor(httpTransport(url), { mode });
    const event = new CloudEvent({
      ...attributes,
      data,
      datacontenttype: 'application/json',
      comexampleflag: true,
    });
    // The SDK does not percent-encode headers: what they cannot hold is for the other mode.
    const sent = mode === Mode.BINARY ? event.cloneWith({ id: 'plain', subject: 'plain' }) : event;
    await emit(sent, { headers: { 'x-api-key': 'local' } });
    expect(ingest.stored()).toEqual([
      {
        type: anything.name,
        source: '/sender',
        id: sent.id,
        time: Date.UTC(2018, 3, 5, 17, 31, 0, 123),
        key: sent.id,
        data,
      },
    ]);
    expect(ingest.extras()).toEqual([
      { subject: sent.subject, comexampleflag: mode === Mode.BINARY ? 'true' : true },
    ]);
  });

  test('sends bytes as base64', async () => {
    fresh();
    const event = new CloudEvent({
      ...attributes,
      data: new Uint8Array([0, 1, 255]),
      datacontenttype: 'image/png',
    });
    const { headers, body } = HTTP.structured(event);
    const answer = await fetch(url, {
      method: 'POST',
      headers: { ...(headers as Record<string, string>), 'x-api-key': 'local' },
      body: body as string,
    });
    expect(answer.status).toBe(202);
    expect(ingest.extras()).toMatchObject([{ data_base64: 'AAH/', datacontenttype: 'image/png' }]);
  });

  test('makes batches', async () => {
    fresh();
    const events = [1, 2, 3].map((n) => new CloudEvent({ ...attributes, id: `e${n}`, data: n }));
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents-batch+json; charset=UTF-8', 'x-api-key': 'local' },
      body: JSON.stringify(events),
    });
    expect([answer.status, await answer.json()]).toEqual([202, { accepted: 3, rejected: [] }]);
    expect(ingest.stored().map(({ data }) => data)).toEqual([1, 2, 3]);
  });
});

/** The SDK moved this interface between its major versions. */
const PYTHON = `
import sys, urllib.request
try:
    from cloudevents.http import CloudEvent, to_binary, to_structured
except ImportError:
    from cloudevents.v1.http import CloudEvent, to_binary, to_structured
a = {"id": "py-1", "source": "/py", "type": sys.argv[2], "time": "2018-04-05T17:31:00.123+00:00", "subject": "plain", "datacontenttype": "application/json"}
for n, to in enumerate([to_binary, to_structured]):
    headers, body = to(CloudEvent({**a, "id": f"py-{n}"}, {"n": n}))
    request = urllib.request.Request(sys.argv[1], body, {**headers, "x-api-key": "local"})
    assert urllib.request.urlopen(request).status == 202
`;
const hasPython = await run('python3', ['-c', PYTHON.split('\na = ', 1)[0] ?? '']).then(
  () => true,
  () => false,
);

test.skipIf(!hasPython)('the Python SDK sends in both modes', async () => {
  fresh();
  await run('python3', ['-c', PYTHON, url, anything.name]);
  expect(ingest.stored()).toMatchObject([
    { id: 'py-0', data: { n: 0 }, time: Date.UTC(2018, 3, 5, 17, 31, 0, 123) },
    { id: 'py-1', data: { n: 1 } },
  ]);
});
