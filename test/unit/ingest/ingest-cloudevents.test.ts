import { describe, expect, it } from 'vitest';
import { ingestHarness, trafficData, trafficEvent } from '../../support/ingest-harness.ts';

const JSON_TYPE = 'application/json';
const NDJSON = 'application/x-ndjson';

describe('CloudEvents', () => {
  const path = '/v1/events';
  const send = (contentType: string, value: unknown, text = JSON.stringify(value)) => {
    const ingest = ingestHarness();
    const request = { path, headers: { 'content-type': contentType }, body: text };
    return ingest.send(request).then((answer) => ({ ...answer, stored: ingest.stored() }));
  };

  it.each([
    ['application/cloudevents+json; charset=UTF-8', trafficEvent()],
    ['application/cloudevents-batch+json', [trafficEvent()]],
    [JSON_TYPE, trafficEvent()],
    [JSON_TYPE, [trafficEvent()]],
    [NDJSON, trafficEvent()],
  ])('are taken as %s', async (contentType, value) => {
    const { status, body, stored } = await send(contentType, value);
    expect([status, body]).toEqual([202, { accepted: 1, rejected: [] }]);
    expect(stored).toEqual([
      {
        type: 'network-traffic',
        source: '/test',
        id: 'event-1',
        time: 1_767_225_600_000,
        key: 'device-1',
        data: trafficData(),
      },
    ]);
  });

  it('may come from many sources at once, and keep their order per key', async () => {
    const events = Array.from({ length: 100 }, (_, n) =>
      trafficEvent({ id: `e${n}`, source: `/s${n % 7}`, partitionkey: `k${n % 3}` }),
    );
    const { body, stored } = await send('application/cloudevents-batch+json', events);
    expect(body.accepted).toBe(100);
    const ofOne = stored.filter(({ key }) => key === 'k1').map(({ id }) => Number(id.slice(1)));
    expect(ofOne).toEqual([...ofOne].sort((a, b) => a - b));
    expect(stored).toHaveLength(100);
  });

  it.each([
    ['id', { id: undefined }],
    ['time', { time: 'yesterday' }],
    ['time', { time: undefined }],
    ['specversion', { specversion: '0.3' }],
    ['type', { type: 'unheard-of' }],
    ['type', { type: 'millrace.heartbeat' }],
    ['receive_bytes', { data: trafficData({ receive_bytes: 'many' }) }],
    ['object', { data: 7 }],
  ])('are rejected for a bad %s', async (word, over) => {
    const { status, body } = await send(JSON_TYPE, trafficEvent(over));
    expect(status).toBe(400);
    expect(body).toMatchObject({
      accepted: 0,
      rejected: [{ index: 0, reason: expect.stringContaining(word) }],
    });
  });

  it('must be an array where the media type says batch', async () => {
    const { status, body } = await send('application/cloudevents-batch+json', trafficEvent());
    expect([status, body.type]).toEqual([400, 'urn:millrace:error:invalid-json']);
  });

  it('are not taken at the path of bare data', async () => {
    const ingest = ingestHarness();
    const headers = { 'content-type': 'application/cloudevents+json' };
    expect((await ingest.send({ headers, body: JSON.stringify(trafficEvent()) })).status).toBe(415);
  });
});
