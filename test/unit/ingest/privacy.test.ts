import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { Pseudonyms } from '../../../shared/privacy/pseudonyms.ts';
import { typesOf, visit } from '../../factories/ingest-types.ts';
import { ingestHarness } from '../../support/ingest-harness.ts';

const NOW = Date.UTC(2026, 5, 1);
const ROTATED = Date.UTC(2026, 4, 31, 12);
const key = (id: string, from: number) => ({ id, from, key: Buffer.from(`${id}-0123456789abcdef`) });
const pseudonyms = new Pseudonyms([key('k1', 0), key('k2', ROTATED)]);
const of = (value: unknown, time = NOW) => pseudonyms.of(value, time);

const harness = (script: Parameters<typeof ingestHarness>[0] = []) =>
  ingestHarness(script, {
    types: typesOf(visit as never),
    pseudonyms: async () => pseudonyms,
    now: () => NOW,
  });

const data = (over: object = {}) => ({ id: 'v-1', visitor: 'Maxine Musterfrau', at: NOW, pages: 3, ...over });
const full = {
  email: 'maxine@example.com',
  contacts: [{ name: 'Otto Normal', kind: 'friend' }, { kind: 'none' }],
  address: { street: '12 Privet Drive', town: 'Little Whinging' },
  phones: ['+49 170 1234567', '+49 170 7654321'],
  tags: { a: 'tagged-person', b: 4_711_000 },
};
const RAW = [
  'Musterfrau',
  'maxine@',
  'Otto',
  'Privet',
  'Whinging',
  '1234567',
  '7654321',
  'tagged-person',
  '4711000',
];

describe('personal data', () => {
  const path = '/v1/events/visit';

  it('is under pseudonyms or dropped before an event is stored, its key included', async () => {
    const ingest = harness();
    expect((await ingest.send({ path, body: JSON.stringify(data(full)) })).status).toBe(202);
    expect(ingest.stored()).toEqual([
      {
        type: 'visit',
        source: '/v1/events/visit',
        id: 'v-1',
        time: NOW,
        key: of('Maxine Musterfrau'),
        data: {
          id: 'v-1',
          visitor: of('Maxine Musterfrau'),
          at: NOW,
          pages: 3,
          contacts: [{ name: of('Otto Normal'), kind: 'friend' }, { kind: 'none' }],
          phones: full.phones.map((phone) => of(phone)),
          tags: { a: of('tagged-person'), b: of(4_711_000) },
        },
      },
    ]);
  });

  it('is found in the attributes of a CloudEvents event, too', async () => {
    const ingest = harness();
    const event = {
      specversion: '1.0',
      id: 'Maxine Musterfrau:1',
      source: '/persons/Maxine Musterfrau',
      type: 'visit',
      subject: 'maxine@example.com',
      partitionkey: 'Maxine Musterfrau',
      time: '2026-06-01T00:00:00Z',
      note: 'from 12 Privet Drive',
      data_base64: Buffer.from(JSON.stringify(data(full))).toString('base64'),
    };
    expect((await ingest.send({ path: '/v1/events', body: JSON.stringify(event) })).status).toBe(202);
    expect(ingest.stored()).toMatchObject([
      {
        id: `${of('Maxine Musterfrau')}:1`,
        source: `/persons/${of('Maxine Musterfrau')}`,
        key: of('Maxine Musterfrau'),
      },
    ]);
    expect(ingest.extras()).toMatchObject([{ subject: of('maxine@example.com') }]);
    for (const raw of [...RAW, Buffer.from('Musterfrau').toString('base64').slice(0, 10)]) {
      expect(JSON.stringify(ingest.stream.stored)).not.toContain(raw);
    }
  });

  it('has the pseudonym of the key of its own time, whenever it is sent', async () => {
    const ingest = harness();
    const times = [ROTATED - 1, ROTATED];
    await ingest.send({ path, body: JSON.stringify(times.map((at) => data({ at }))) });
    const stored = ingest.stored().map(({ key: stored }) => stored);
    expect(stored.sort()).toEqual(times.map((at) => of('Maxine Musterfrau', at)).sort());
  });

  it('is stored nowhere in the clear because the keys cannot be read', async () => {
    const ingest = ingestHarness([], {
      types: typesOf(visit as never),
      pseudonyms: () => Promise.reject(new Error('down')),
    });
    const answer = await ingest.send({ path, body: JSON.stringify(data()) });
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '2']);
    expect(ingest.stored()).toEqual([]);
    const unset = ingestHarness([], { types: typesOf(visit as never) });
    expect((await unset.send({ path, body: JSON.stringify(data()) })).status).toBe(503);
  });

  it('keeps its bytes to itself when they are not JSON', async () => {
    const ingest = harness();
    const headers = {
      'content-type': 'image/png',
      'ce-specversion': '1.0',
      'ce-id': '1',
      'ce-source': '/',
      'ce-type': 'visit',
    };
    const answer = await ingest.send({
      path: '/v1/events',
      headers: { ...headers, 'ce-time': '2026-06-01T00:00:00Z' },
      body: Buffer.from('Musterfrau'),
    });
    expect(answer.body.rejected).toMatchObject([{ code: 'invalid-event', pointer: '/datacontenttype' }]);
  });
});

test('no raw value is in any answer, log or record, whatever is wrong with an event', async () => {
  const SECRET = 'Zq7-secret-person';
  const spots = [
    { visitor: SECRET },
    { visitor: { name: SECRET } },
    { visitor: [SECRET] },
    { email: SECRET, pages: -1 },
    { email: 7 },
    { contacts: [{ name: SECRET }] },
    { contacts: SECRET },
    { address: SECRET },
    { address: { street: SECRET, town: 5 } },
    { phones: [SECRET, 5] },
    { phones: SECRET },
    { tags: { a: SECRET, b: true } },
    { tags: { a: { b: SECRET } } },
    { visitor: SECRET, at: 'noon' },
    { visitor: SECRET, at: NOW + 86_400_000 },
    { visitor: SECRET, id: SECRET },
    { visitor: SECRET, id: `${SECRET}-1`, pages: 'x' },
    { visitor: SECRET.padEnd(300_000, 'x') },
  ];
  const attributes = {
    specversion: '1.0',
    id: 'i',
    source: '/s',
    type: 'visit',
    time: '2026-06-01T00:00:00Z',
  };
  const item = fc.oneof(
    fc.constantFrom(...spots).map((over) => data(over)),
    fc.constantFrom(...spots).map((over) => ({ ...attributes, data: data(over) })),
    fc
      .constantFrom(...spots)
      .map((over) => ({ ...attributes, subject: SECRET, data: data({ visitor: SECRET, ...over }) })),
    fc
      .constantFrom('id', 'source', 'type', 'time', 'partitionkey', 'specversion', 'data_base64', 'subject')
      .map((name) => ({
        ...attributes,
        [name]: { a: SECRET },
        data: data({ visitor: SECRET }),
      })),
    fc.constant(SECRET),
  );
  const text = fc.oneof(
    fc.array(item, { minLength: 1, maxLength: 4 }).map((items) => JSON.stringify(items)),
    fc
      .array(item, { minLength: 1, maxLength: 3 })
      .map((items) => items.map((one) => JSON.stringify(one)).join('\n')),
    item.map((one) => `${JSON.stringify(one)}}`),
    item.map((one) => JSON.stringify(one).slice(0, -2)),
    fc.constant(`{"visitor": ${SECRET}}`),
  );
  const request = fc.record({
    path: fc.constantFrom('/v1/events/visit', '/v1/events', '/v1/validate'),
    type: fc.constantFrom('application/json', 'application/x-ndjson', 'application/cloudevents+json'),
    body: text,
  });
  await fc.assert(
    fc.asyncProperty(request, fc.boolean(), async ({ path, type, body }, broken) => {
      const ingest = harness(broken ? [{ kind: 'before' }, { kind: 'before' }, { kind: 'before' }] : []);
      const answer = await ingest.send({ path, headers: { 'content-type': type }, body });
      expect(answer.status).not.toBe(500);
      for (const seen of [answer, ingest.stream, ingest.warnings]) {
        expect(JSON.stringify(seen)).not.toContain('secret');
      }
    }),
    { numRuns: 2_000 },
  );
});
