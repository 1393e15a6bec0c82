import { describe, expect, test } from 'vitest';
import { anything, typesOf } from '../../factories/ingest-types.ts';
import { ingestHarness } from '../../support/ingest-harness.ts';

/** After the examples of the JSON format in github.com/cloudevents/conformance. A window needs a time, so each has one. */
const base = {
  specversion: '1.0',
  id: 'one',
  type: anything.name,
  source: 'https://example.com/sender',
  time: '2018-04-05T17:31:00Z',
  data: null,
};
const without = (name: keyof typeof base) => ({ ...base, [name]: undefined });

async function post(value: unknown, contentType = 'application/cloudevents+json') {
  const ingest = ingestHarness([], { types: typesOf(anything) });
  const headers = { 'content-type': contentType };
  const answer = await ingest.send({ path: '/v1/events', headers, body: JSON.stringify(value) });
  return { ...answer, stored: ingest.stored(), extras: ingest.extras() };
}

describe('events that are valid', () => {
  test.each([
    ['a minimal one', {}],
    [
      'optional attributes that are null',
      { datacontenttype: null, dataschema: null, subject: null, partitionkey: null },
    ],
    [
      'all core attributes',
      { datacontenttype: 'text/plain', dataschema: 'https://example.com/s', subject: 'tests', data: 'x' },
    ],
    ['nanoseconds', { time: '2018-04-05T17:31:00.000000000Z' }],
    ['an offset ahead', { time: '2018-04-05T18:31:00+01:00' }],
    ['an offset behind', { time: '2018-04-05T16:31:00-01:00' }],
    ['a relative source', { source: '#fragment' }],
    ['text data', { datacontenttype: 'text/plain', data: 'Simple text' }],
    [
      'binary data',
      { datacontenttype: 'application/octet-stream', data: undefined, data_base64: 'AAEC/w==' },
    ],
    ['JSON in base64', { data: undefined, data_base64: 'eyAieHl6IjogMTIzIH0=' }],
    ['media type with parameters', { datacontenttype: 'application/json; charset="utf-8"' }],
  ])('%s', async (_, over) => {
    const { status, stored } = await post({ ...base, ...over });
    expect(status).toBe(202);
    expect(stored).toMatchObject([{ id: 'one', time: Date.UTC(2018, 3, 5, 17, 31) }]);
  });

  test('extensions of every type stay what they are', async () => {
    const extensions = {
      extinteger: 10,
      extboolean: true,
      extstring: 'text',
      exturi: 'https://example.com',
      exttimestamp: '2023-03-31T15:12:00Z',
      extbinary: 'TWE=',
    };
    const { extras } = await post({ ...base, ...extensions, unset: null });
    expect(extras).toEqual([{ ...extensions, time: base.time }]);
  });

  test('batches, also an empty one', async () => {
    const type = 'application/cloudevents-batch+json; charset=UTF-8';
    expect(await post([], type)).toMatchObject({ status: 202, body: { accepted: 0, rejected: [] } });
    expect(await post([base, { ...base, id: 'two' }], type)).toMatchObject({
      status: 202,
      body: { accepted: 2 },
    });
    const twice = await post([base, base], type);
    expect(twice.body).toEqual({ accepted: 2, rejected: [], duplicates: [{ index: 1, first: 0 }] });
  });
});

describe('events that are not', () => {
  test.each<[string, object, string]>([
    ['no version', without('specversion'), '/specversion'],
    ['no id', without('id'), '/id'],
    ['no type', without('type'), '/type'],
    ['no source', without('source'), '/source'],
    ['no time', without('time'), '/time'],
    ['garbage for a time', { ...base, time: 'lunchtime' }, '/time'],
    ['a time to the minute', { ...base, time: '2018-04-05T18:31Z' }, '/time'],
    ['a time in milliseconds', { ...base, time: 1_522_949_460_000 }, '/time'],
    ['an unknown zone', { ...base, time: '2018-04-05T18:31:00X' }, '/time'],
    ['an offset beyond a day', { ...base, time: '2018-04-05T18:31:00+25:00' }, '/time'],
    ['an offset of hours alone', { ...base, time: '2018-04-05T18:31:00+05' }, '/time'],
    ['an empty id', { ...base, id: '' }, '/id'],
    ['an empty type', { ...base, type: '' }, '/type'],
    ['an empty source', { ...base, source: '' }, '/source'],
    ['an empty version', { ...base, specversion: '' }, '/specversion'],
    ['an unknown version', { ...base, specversion: '0.9' }, '/specversion'],
    ['no media type', { ...base, datacontenttype: 'xyz' }, '/datacontenttype'],
    ['an empty media type', { ...base, datacontenttype: '' }, '/datacontenttype'],
    ['an empty schema', { ...base, dataschema: '' }, '/dataschema'],
    ['an empty subject', { ...base, subject: '' }, '/subject'],
    ['a number for an id', { ...base, id: 25 }, '/id'],
    ['an object for an id', { ...base, id: { xyz: 'abc' } }, '/id'],
    ['a capital in a name', { ...base, MyExtension: 'bad' }, '/MyExtension'],
    ['a dot in a name', { ...base, 'my.extension': 'bad' }, '/my.extension'],
    ['a fraction', { ...base, myextension: 1.5 }, '/myextension'],
    ['an integer beyond 32 bits', { ...base, myextension: 2 ** 31 }, '/myextension'],
    ['an object for an extension', { ...base, myextension: {} }, '/myextension'],
    ['a control character', { ...base, myextension: 'a\u0007' }, '/myextension'],
    ['data twice', { ...base, data: 'text', data_base64: 'eyAieHl6IjogMTIzIH0=' }, '/data_base64'],
  ])('%s', async (_, event, pointer) => {
    const { status, body, stored } = await post(event);
    expect([status, stored]).toEqual([400, []]);
    expect(body.rejected).toMatchObject([{ index: 0, pointer }]);
  });

  test('in a batch are told apart from the others', async () => {
    const batch = ['not an object', base, { ...base, specversion: '0.9' }, without('id')];
    const { status, body, stored } = await post(batch, 'application/cloudevents-batch+json');
    expect([status, stored.length]).toEqual([202, 1]);
    expect((body.rejected as { index: number }[]).map(({ index }) => index)).toEqual([0, 2, 3]);
  });
});
