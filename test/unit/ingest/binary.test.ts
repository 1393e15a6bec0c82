import { describe, expect, it, test } from 'vitest';
import { binaryEvent } from '../../../shared/ingest/binary.ts';
import { EventProblem } from '../../../shared/ingest/event-problem.ts';
import { anything, typesOf } from '../../factories/ingest-types.ts';
import { ingestHarness, trafficData } from '../../support/ingest-harness.ts';

const path = '/v1/events';
const ATTRIBUTES = {
  'ce-specversion': '1.0',
  'ce-type': 'com.example.someevent',
  'ce-time': '2018-04-05T03:56:24Z',
  'ce-id': '1234-1234-1234',
  'ce-source': '/mycontext/subcontext',
};

/** What becomes of one event in binary mode, of a type that takes any data. */
async function sent(
  headers: Record<string, string | undefined>,
  body: string | Uint8Array = '{"message":"Hello"}',
) {
  const ingest = ingestHarness([], { types: typesOf(anything) });
  const answer = await ingest.send({ path, headers: { ...ATTRIBUTES, ...headers }, body });
  return { ...answer, event: ingest.stored()[0], extra: ingest.extras()[0] };
}

const JSON_BODY = { 'content-type': 'application/json' };

describe('binary mode', () => {
  test.each(['application/json', 'application/json; charset=utf-8', 'application/vnd.x+json', undefined])(
    'takes JSON as %s',
    async (type) => {
      const { status, event, extra } = await sent({ 'content-type': type });
      expect(status).toBe(202);
      expect(event).toEqual({
        type: 'com.example.someevent',
        source: '/mycontext/subcontext',
        id: '1234-1234-1234',
        time: Date.UTC(2018, 3, 5, 3, 56, 24),
        key: '1234-1234-1234',
        data: { message: 'Hello' },
      });
      expect(extra?.datacontenttype).toBe(type === 'application/json' ? undefined : type);
    },
  );

  test.each(['0', 'false', 'null', '""', '[]', '{}', '-1.5e3', '"text"', '[null,{"a":[]}]'])(
    'takes the JSON value %s',
    async (text) => {
      const { status, event } = await sent(JSON_BODY, text);
      expect([status, event?.data]).toEqual([202, JSON.parse(text)]);
    },
  );

  it('decodes percent-coding once, and quoted strings of older senders', async () => {
    const { extra, event } = await sent({
      ...JSON_BODY,
      'ce-id': 'Euro%20%E2%82%AC%20%F0%9F%98%80',
      'ce-subject': '"a \\"quoted\\" %41"',
      'ce-twice': '%2541',
      'ce-lower': '%e2%82%ac',
      'ce-needless': '%41%62c',
      'ce-count': '5',
    });
    expect(event?.id).toBe('Euro € 😀');
    expect(extra).toMatchObject({
      subject: 'a "quoted" A',
      twice: '%41',
      lower: '€',
      needless: 'Abc',
      count: '5',
    });
  });

  it('takes headers that were not encoded for what they mean', async () => {
    const raw = Buffer.from('Käse 100% "q" %zz').toString('latin1');
    const { extra } = await sent({
      ...JSON_BODY,
      'ce-subject': raw,
      'ce-latin': 'K\u00e4se',
      'ce-wide': '€ä',
    });
    expect(extra).toMatchObject({ subject: 'Käse 100% "q" %zz', latin: 'Käse', wide: '€ä' });
  });

  test.each([
    ['an overlong encoding', { 'ce-subject': '%C0%A0' }, '/subject'],
    ['half a sequence', { 'ce-id': '%E2%82' }, '/id'],
    ['a name with an underscore', { 'ce-my_ext': 'x' }, '/my_ext'],
    ['data in a header', { 'ce-data': '{}' }, '/data'],
    ['the content type twice', { 'ce-datacontenttype': 'text/plain' }, '/datacontenttype'],
    ['an id that is missing', { 'ce-id': undefined }, '/id'],
    ['an id that is empty', { 'ce-id': '' }, '/id'],
    ['a version that is unknown', { 'ce-specversion': '0.3' }, '/specversion'],
    ['a time without seconds', { 'ce-time': '2018-04-05T18:31Z' }, '/time'],
    ['no time', { 'ce-time': undefined }, '/time'],
    ['a subject that is empty', { 'ce-subject': '' }, '/subject'],
  ])('refuses %s', async (_, headers, pointer) => {
    const { status, body, event } = await sent({ ...JSON_BODY, ...headers });
    expect([status, event]).toEqual([400, undefined]);
    expect(body.rejected).toMatchObject([{ index: 0, pointer }]);
  });

  it('says of a body that is not the JSON it is declared to be that it is not', async () => {
    const { body } = await sent(JSON_BODY, '{"cut": "off');
    expect(body.rejected).toMatchObject([{ code: 'not-json', pointer: '/data' }]);
    expect(JSON.stringify(body)).not.toContain('off');
  });

  it('takes text as text, and bytes as base64', async () => {
    const text = await sent({ 'content-type': 'text/plain; charset=utf-8' }, Buffer.from('Hello, 🌎!'));
    expect([text.event?.data, text.extra?.datacontenttype]).toEqual([
      'Hello, 🌎!',
      'text/plain; charset=utf-8',
    ]);
    const xml = await sent({ 'content-type': 'application/xml; charset=utf-8' }, '<msg>Hello, 🌎!</msg>');
    expect(xml.event?.data).toBe('<msg>Hello, 🌎!</msg>');
    const bytes = await sent({ 'content-type': 'image/png' }, new Uint8Array([0x89, 0x50, 0, 0xff]));
    expect(bytes.extra).toMatchObject({ data_base64: 'iVAA/w==', datacontenttype: 'image/png' });
  });

  it('is not what a body of CloudEvents is in, whatever its headers', async () => {
    const ingest = ingestHarness([], { types: typesOf(anything) });
    const event = {
      specversion: '1.0',
      type: anything.name,
      id: 'inside',
      source: '/s',
      time: '2020-01-01T00:00:00Z',
      data: 1,
    };
    const headers = { ...ATTRIBUTES, 'content-type': 'application/cloudevents+json' };
    expect((await ingest.send({ path, headers, body: JSON.stringify(event) })).status).toBe(202);
    expect(ingest.stored()[0]?.id).toBe('inside');
    for (const format of ['+xml', '+avro', '+protobuf', '-batch+xml']) {
      const type = `application/cloudevents${format}`;
      const answer = await ingest.send({ path, headers: { ...headers, 'content-type': type }, body: 'x' });
      expect(answer.status).toBe(415);
    }
  });

  it('checks data against the schema of its type', async () => {
    const { send, stored } = ingestHarness();
    const headers = { ...ATTRIBUTES, ...JSON_BODY, 'ce-type': 'network-traffic' };
    expect((await send({ path, headers, body: JSON.stringify(trafficData()) })).status).toBe(202);
    expect(stored()[0]).toMatchObject({ key: 'device-1', data: trafficData() });
    const bad = await send({ path, headers, body: JSON.stringify(trafficData({ ip: 7 })) });
    expect(bad.body.rejected).toMatchObject([{ code: 'invalid-data', pointer: '/data/ip' }]);
  });

  it('leaves no attribute out that JavaScript has a meaning for', () => {
    const event = binaryEvent({ ...ATTRIBUTES, 'ce-constructor': 'x', 'ce-tostring': 'y' }, '');
    expect(event).toMatchObject({ constructor: 'x', tostring: 'y' });
    expect(binaryEvent({ 'ce-__proto__': 'x' }, '')).toBeInstanceOf(EventProblem);
  });
});
