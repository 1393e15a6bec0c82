import { describe, expect, test } from 'vitest';
import { atLeast, filterStage } from '../../../shared/pipeline/index.ts';
import type { TimedRecord } from '../../../shared/replay/cursor.ts';
import { Router } from '../../../shared/replay/router.ts';
import { explicitHashKey, laneOf } from '../../../shared/streams/lanes.ts';
import { reading, readingEvent, totals } from '../../support/stage.ts';

const HALF = (1n << 127n).toString();
const END = ((1n << 128n) - 1n).toString();
const SHARDS = [
  { shard: 'shardId-0', parents: [], hashRange: ['0', END] },
  { shard: 'shardId-1', parents: ['shardId-0'], hashRange: ['0', (BigInt(HALF) - 1n).toString()] },
  { shard: 'shardId-2', parents: ['shardId-0'], hashRange: [HALF, END] },
] as const;
const LANES = 16;
const shardOf = (key: string) =>
  BigInt(explicitHashKey(laneOf(key, LANES), LANES)) < BigInt(HALF) ? 'shardId-1' : 'shardId-2';

const record = (shard: string, sequence: string, arrival: number, ...ids: string[]): TimedRecord => ({
  shard,
  sequence,
  arrival,
  events: ids.map((id) => readingEvent(id, arrival, id[0], Number(id.slice(1)))),
});
const routed = (router: Router, records: readonly TimedRecord[]) =>
  Object.fromEntries(
    [...router.route(records)].map(([shard, own]) => [
      shard,
      own.map(({ sequence, events, data }) => {
        const ids = (JSON.parse(Buffer.from(data, 'base64').toString()) as { id: string }[]).map(
          ({ id }) => id,
        );
        expect(ids).toHaveLength(events);
        return [sequence, ...ids];
      }),
    ]),
  );

describe('events as the stage reads them', () => {
  const router = new Router(totals, LANES, SHARDS);

  test('stay where they were', () => {
    const records = [record('shardId-1', '495001', 1, 'a1', 'b2'), record('shardId-0', '494000', 1, 'a3')];
    expect(routed(router, records)).toEqual({
      'shardId-1': [['495001', 'a1', 'b2']],
      'shardId-0': [['494000', 'a3']],
    });
  });

  test('of a shard that is gone go where their key belongs, at positions made of their arrival', () => {
    const records = [record('shardId-9', '480001', 7, 'a1', 'c2'), record('shardId-8', '480000', 7, 'a3')];
    const { [shardOf('a')]: own } = routed(router, records);
    expect(own?.map((record) => record.filter((id) => !id.startsWith('c')))).toEqual([['7', 'a1', 'a3']]);
    expect(Object.values(routed(router, records)).flat(2)).toContain('c2');
  });

  test('of other types are left out', () => {
    const { events, ...rest } = record('shardId-1', '1', 1, 'a1');
    expect(routed(router, [{ ...rest, events: [{ ...events[0]!, type: 'other' }] }])).toEqual({});
  });
});

test('events behind a filter are filtered, and go where their key belongs', () => {
  const from = filterStage('large', { description: 'large', from: reading, where: atLeast('amount', 2) });
  const router = new Router({ ...totals, from, input: from.output }, LANES, SHARDS);
  const records = [record('shardId-2', '495001', 9, 'a1', 'a2'), record('shardId-1', '495000', 8, 'a3')];
  expect(routed(router, records)).toEqual({
    [shardOf('a')]: [
      ['8', 'a3'],
      ['9', 'a2'],
    ],
  });
});
