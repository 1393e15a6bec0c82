import { KinesisClient, PutRecordsCommand, type PutRecordsCommandInput } from '@aws-sdk/client-kinesis';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, onTestFinished, test } from 'vitest';
import { schemaFingerprint } from '../../../shared/events/fingerprint.ts';
import { knownTypes } from '../../../shared/events/known-types.ts';
import type { StreamEvent } from '../../../shared/events/types.ts';
import type { Passed } from '../../../shared/filters/batch.ts';
import { filterOutput } from '../../../shared/filters/output.ts';
import { above, filterStage, type RecordFormat } from '../../../shared/pipeline/index.ts';
import { decodeRecord } from '../../../shared/streams/decode.ts';
import { explicitHashKey, laneOf } from '../../../shared/streams/lanes.ts';
import { type Behaviour, FakeStream } from '../../factories/fake-stream.ts';
import { MINUTE, reading, readingEvent } from '../../support/stage.ts';

const START = Date.UTC(2026, 0, 1);
const LANES = 16;

function outputOf(records: RecordFormat, span = Number.POSITIVE_INFINITY, script: Behaviour[] = []) {
  const fake = new FakeStream(script);
  const mock = mockClient(KinesisClient);
  onTestFinished(() => mock.restore());
  mock.on(PutRecordsCommand).callsFake((input: PutRecordsCommandInput) => fake.put(input));
  const stage = filterStage('large', {
    description: 'large',
    from: reading,
    where: above('amount', 0),
    records,
  });
  const target = { client: new KinesisClient({}), stream: 's', lanes: LANES, span };
  return { fake, output: filterOutput(stage, target) };
}

const passed = (events: readonly StreamEvent[]): Passed[] =>
  events.map((event, sub) => ({ event, sequence: '1', sub, arrival: START }));
const readings = (...minutes: number[]): StreamEvent[] =>
  minutes.map((minute, index) => readingEvent(`e${index}`, START + minute * MINUTE, `key-${index % 3}`));

/** What a consumer finds, and whether it may trust it. */
function decoded(fake: FakeStream): { id: string; trusted: boolean }[] {
  const found: { id: string; trusted: boolean }[] = [];
  for (const text of fake.stored) {
    decodeRecord(
      Buffer.from(text),
      {
        event: (_sub, _type, _source, id, _time, _key, _data, trusted) => void found.push({ id, trusted }),
        undecodable: (_sub, reason) => expect.fail(reason),
      },
      { types: knownTypes([reading]) },
    );
  }
  return found;
}

test('one CloudEvents event per record, on the lane of its key, by default', async () => {
  const { fake, output } = outputOf('events');
  expect(await output.put(passed(readings(0, 0, 0, 0)))).toEqual({
    oversize: [],
    reached: new Map([['shardId-000000000000', '4']]),
  });
  expect(fake.stored).toHaveLength(4);
  expect(JSON.parse(fake.stored[0]!)).toMatchObject({ specversion: '1.0', type: 'reading', source: '/test' });
  for (const { PartitionKey = '', ExplicitHashKey } of fake.requests.flatMap(({ Records = [] }) => Records)) {
    expect(ExplicitHashKey).toBe(explicitHashKey(laneOf(PartitionKey, LANES), LANES));
  }
});

test('packed records say which schema was checked, so that stages need not check again', async () => {
  const { fake, output } = outputOf('packed');
  const events = readings(...Array.from({ length: 60 }, () => 0));
  await output.put(passed(events));
  expect(fake.stored.length).toBeLessThanOrEqual(3);
  expect(fake.stored[0]).toContain(schemaFingerprint(reading));
  expect(
    decoded(fake)
      .map(({ id }) => id)
      .sort(),
  ).toEqual(events.map(({ id }) => id).sort());
  expect(decoded(fake).every(({ trusted }) => trusted)).toBe(true);
});

test.each(['events', 'packed'] as const)(
  '%s: what spans more than stages wait for is put in runs, one after the other',
  async (records) => {
    const { fake, output } = outputOf(records, 5 * MINUTE);
    await output.put(passed(readings(0, 3, 5, 60, 61, 62, 200)));
    const ids = decoded(fake).map(({ id }) => id);
    expect(ids.slice(0, 3).sort()).toEqual(['e0', 'e1', 'e2']);
    expect(ids.slice(3, 6).sort()).toEqual(['e3', 'e4', 'e5']);
    expect(ids[6]).toBe('e6');
  },
);

test('an event that no record can hold is handed back, and the others are put', async () => {
  const large = {
    ...readingEvent('large', START),
    data: { key: 'a', amount: 1, at: START, more: 'x'.repeat(1_100_000) },
  };
  for (const records of ['events', 'packed'] as const) {
    const { fake, output } = outputOf(records);
    const { oversize } = await output.put(
      passed([readingEvent('1', START), large, readingEvent('2', START)]),
    );
    expect(oversize.map(({ code, sub }) => [code, sub])).toEqual([['too-large', 1]]);
    expect(decoded(fake).map(({ id }) => id)).toEqual(['1', '2']);
  }
});

test.each(['events', 'packed'] as const)(
  '%s: what is not stored in spite of retries fails the batch',
  async (records) => {
    const { output } = outputOf(records, undefined, [{ kind: 'final', name: 'AccessDeniedException' }]);
    await expect(output.put(passed(readings(0)))).rejects.toThrow('not stored');
  },
);
