import { CloudEvent, emitterFor, HTTP, httpTransport, Mode } from 'cloudevents';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { anything } from '../factories/ingest-types.ts';
import { IngestServer } from '../support/ingest-server.ts';

/** The SDKs for Python and Go are in test/soak/senders.test.ts. */
let server: IngestServer;
beforeAll(async () => {
  server = await IngestServer.start();
});
beforeEach(() => server.clear());
afterAll(() => server.end());

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
    const emit = emitterFor(httpTransport(server.url), { mode });
    const event = new CloudEvent({
      ...attributes,
      data,
      datacontenttype: 'application/json',
      comexampleflag: true,
    });
    // The SDK does not percent-encode headers: what they cannot hold is for the other mode.
    const sent = mode === Mode.BINARY ? event.cloneWith({ id: 'plain', subject: 'plain' }) : event;
    await emit(sent, { headers: { 'x-api-key': 'local' } });
    expect(server.ingest.stored()).toEqual([
      {
        type: anything.name,
        source: '/sender',
        id: sent.id,
        time: Date.UTC(2018, 3, 5, 17, 31, 0, 123),
        key: sent.id,
        data,
      },
    ]);
    expect(server.ingest.extras()).toEqual([
      { subject: sent.subject, comexampleflag: mode === Mode.BINARY ? 'true' : true },
    ]);
  });

  test('sends bytes as base64', async () => {
    const event = new CloudEvent({
      ...attributes,
      data: new Uint8Array([0, 1, 255]),
      datacontenttype: 'image/png',
    });
    const { headers, body } = HTTP.structured(event);
    const answer = await fetch(server.url, {
      method: 'POST',
      headers: { ...(headers as Record<string, string>), 'x-api-key': 'local' },
      body: body as string,
    });
    expect(answer.status).toBe(202);
    expect(server.ingest.extras()).toMatchObject([{ data_base64: 'AAH/', datacontenttype: 'image/png' }]);
  });

  test('makes batches', async () => {
    const events = [1, 2, 3].map((n) => new CloudEvent({ ...attributes, id: `e${n}`, data: n }));
    const answer = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents-batch+json; charset=UTF-8', 'x-api-key': 'local' },
      body: JSON.stringify(events),
    });
    expect([answer.status, await answer.json()]).toEqual([202, { accepted: 3, rejected: [] }]);
    expect(server.ingest.stored().map(({ data }) => data)).toEqual([1, 2, 3]);
  });
});
