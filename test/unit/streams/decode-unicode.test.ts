import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { encodeCompact } from '../../../shared/events/compact.ts';
import {
  aggregated,
  cloudEvent,
  decoded,
  jsonBytes,
  streamEvent,
  trafficData,
} from '../../factories/events.ts';

/** A text that is no Unicode: JSON can escape the half of a surrogate pair. */
const HALF = 'a\ud800';
const base64 = (json: string) => Buffer.from(json).toString('base64');
const { data: _, ...withoutData } = cloudEvent();

test.each([
  ['the source', cloudEvent({ source: HALF }), 'source'],
  ['an attribute', cloudEvent({ region: HALF }), 'region'],
  ['the name of an attribute', cloudEvent({ [HALF]: 1 }), undefined],
  ['data', cloudEvent({ data: HALF }), 'data'],
  ['a field', cloudEvent({ data: trafficData({ note: '\udc00b' }) }), 'data.note'],
  ['a list', cloudEvent({ data: { notes: ['fine', { inner: HALF }] } }), 'data.notes[1].inner'],
  ['the name of a field', cloudEvent({ data: { inner: { [HALF]: 1 } } }), 'data.inner'],
  ['data in base64', { ...withoutData, data_base64: base64('{"note":"\\uD83D"}') }, undefined],
])('half a surrogate pair in %s makes an event undecodable, and none beside it', (_, bad, field) => {
  const good = streamEvent();
  for (const bytes of [
    jsonBytes([cloudEvent(), bad, cloudEvent()]),
    gzipSync(jsonBytes([cloudEvent(), bad, cloudEvent()])),
    aggregated([cloudEvent(), bad, cloudEvent()].map((one) => ({ partitionKey: 'k', data: jsonBytes(one) }))),
  ]) {
    const { items } = decoded(bytes);
    expect(items).toMatchObject([
      { sub: 0, event: good },
      { sub: 1, reason: expect.stringContaining('it holds half a surrogate pair') },
      { sub: 2, event: good },
    ]);
    if (field !== undefined)
      expect(items[1]).toHaveProperty('reason', expect.stringContaining(`: ${field}: `));
  }
  const alone = decoded(jsonBytes([bad])).items[0] as { bytes: Uint8Array };
  expect(JSON.parse(Buffer.from(alone.bytes).toString())).toEqual(bad);
});

test('so it does in the rows of a compact batch, and in what they share', () => {
  const good = [streamEvent({ id: '1' }), streamEvent({ id: '3' })] as const;
  const bad = streamEvent({ id: '2', data: trafficData({ note: HALF }) });
  expect(decoded(encodeCompact([good[0], bad, good[1]])).items).toMatchObject([
    { sub: 0, event: good[0] },
    { sub: 1, reason: expect.stringContaining(': data.note: must be well-formed') },
    { sub: 2, event: good[1] },
  ]);
  const shared = encodeCompact([streamEvent({ source: HALF }), streamEvent({ source: HALF, id: '2' })]);
  expect(decoded(shared).reasons).toEqual([
    'not a compact batch: source: must be well-formed; it holds half a surrogate pair',
  ]);
});

test.each([
  ['a whole pair', '"\\ud83d\\ude00"', '😀'],
  ['a backslash before what looks like half of one', '"\\\\ud800"', '\\ud800'],
  ['another escape', '"\\u00e4\\u0000"', 'ä\u0000'],
])('%s is fine', (_, escaped, note) => {
  const text = JSON.stringify(cloudEvent({ data: { note: 'NOTE' } })).replace('"NOTE"', escaped);
  expect(decoded(Buffer.from(text)).events).toMatchObject([{ data: { note } }]);
});
