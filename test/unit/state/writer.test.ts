import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeCompact } from '../../../shared/events/compact.ts';
import { schemaFingerprint } from '../../../shared/events/fingerprint.ts';
import { allKeys, jsonPartials, userAggregate } from '../../../shared/pipeline/index.ts';
import { CommitTooLarge } from '../../../shared/state/log.ts';
import { ShardWriter } from '../../../shared/state/writer.ts';
import { heartbeat } from '../../factories/heartbeats.ts';
import { startDynamoDB, type TestDynamoDB } from '../../support/dynamodb.ts';
import { InjectedFault } from '../../support/faults.ts';
import { MINUTE, reading, readingEvent, totals } from '../../support/stage.ts';
import { World } from '../../support/world.ts';

const START = Date.UTC(2026, 0, 1);
const SHARD = 'shardId-000000000000';

let dynamodb: TestDynamoDB;
let world: World;
beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(() => dynamodb.stop());
beforeEach(async () => {
  world = await World.create(dynamodb, totals, 1, START);
});

const last = async () => (await world.context.log.last(SHARD))!;

describe('a batch', () => {
  test('becomes one commit with its position, its counts and its open slices', async () => {
    world.put(0, [readingEvent('1', START), readingEvent('2', START + MINUTE), readingEvent('1', START)]);
    await world.deliver(SHARD, 10);
    const { tail } = await last();
    expect(tail.n).toBe(1);
    expect(tail.counts).toEqual({ accepted: 2, duplicate: 1, late: 0, rejected: 0 });
    expect([...tail.open]).toEqual([
      [START, [1, 1]],
      [START + MINUTE, [1, 1]],
    ]);
    expect(tail.maxEventTime).toBe(START + MINUTE);
    expect((await world.context.heads.read()).heads).toMatchObject([
      { shard: SHARD, n: 1, position: tail.position },
    ]);
  });

  test('in which nothing is accepted still commits its position', async () => {
    world.put(0, [readingEvent('1', START)]);
    world.put(0, [readingEvent('1', START)]);
    await world.deliver(SHARD, 1);
    const before = (await last()).tail;
    await world.deliver(SHARD, 1);
    const { tail } = await last();
    expect(tail.n).toBe(before.n + 1);
    expect(tail.position).not.toEqual(before.position);
    expect(tail.counts).toEqual({ accepted: 1, duplicate: 1, late: 0, rejected: 0 });
  });

  test('tells of the last heartbeat in it once it is written, and takes its time for no event time', async () => {
    const told: unknown[] = [];
    const writer = new ShardWriter(world.context, SHARD, {
      setAside: async () => expect.fail('nothing is to be set aside'),
      emitLate: async () => {},
      hints: { fire: async () => {}, sweep: async () => {} },
      listShards: world.stream.list,
      committed: ({ accepted, rejected }, sentAt) => told.push({ accepted, rejected, sentAt }),
    });
    const beats = [7, 9, 8].map((hour) => heartbeat(START + hour * 3_600_000));
    world.put(0, [readingEvent('1', START)]);
    world.putBytes(0, Buffer.from(`[${beats.join()}]`));
    await writer.process(world.stream.read(SHARD, undefined, 10));
    expect(told).toEqual([{ accepted: 1, rejected: 0, sentAt: START + 9 * 3_600_000 }]);
    expect((await last()).tail.maxEventTime).toBe(START);
    world.put(0, [readingEvent('2', START)]);
    await writer.process(world.stream.read(SHARD, undefined, 10));
    expect(told[1]).toEqual({ accepted: 1, rejected: 0, sentAt: undefined });
  });

  test('in which a function of the user fails sets the event aside, and says where', async () => {
    const touchy = userAggregate({
      name: 'touchy',
      description: 'takes no 13',
      fields: ['amount'],
      create: () => 0,
      add: (sum, { amount }) => {
        if (amount === 13) throw new Error('no 13');
        return sum + Number(amount);
      },
      merge: (a, b) => a + b,
      result: (sum) => sum,
      ...jsonPartials<number>(),
    });
    const stage = { ...totals, values: { ...totals.values, touchy } };
    const other = await World.create(dynamodb, stage, 1, START);
    other.put(0, [readingEvent('1', START, 'a', 2), readingEvent('2', START, 'a', 13)]);
    other.put(0, [readingEvent('3', START + 2 * MINUTE, 'b', 1)]);
    await other.deliver(SHARD, 10);
    expect([...other.rejected.values()]).toMatchObject([
      { code: 'function', reason: 'stage "totals": the aggregate "touchy" failed to add the event: no 13' },
    ]);
    await other.sweep();
    await other.fire();
    expect(other.results[0]?.values).toEqual({ total: 2, events: 1, touchy: 2 });

    // Mended under its id, it is no repetition: neither later nor in the same batch, where it is counted once all the same.
    other.put(0, [readingEvent('2', START, 'a', 14)]);
    await other.deliver(SHARD, 10);
    const counts = async () => (await other.context.log.last(SHARD))!.tail.counts;
    expect(await counts()).toEqual({ accepted: 3, duplicate: 0, late: 0, rejected: 1 });
    other.put(
      0,
      [13, 13, 15, 15].map((amount) => readingEvent('4', START, 'a', amount)),
    );
    other.put(0, [readingEvent('4', START, 'a', 15)]);
    await other.deliver(SHARD, 10);
    expect(await counts()).toEqual({ accepted: 4, duplicate: 2, late: 0, rejected: 3 });
    await other.redeliver(SHARD, 10, 0);
    other.put(0, [readingEvent('4', START, 'a', 15)]);
    await other.deliver(SHARD, 10);
    expect(await counts()).toEqual({ accepted: 4, duplicate: 3, late: 0, rejected: 3 });
  });

  test('of a stage without a key counts into one group', async () => {
    const all = await World.create(dynamodb, { ...totals, key: allKeys() }, 1, START);
    all.put(0, [readingEvent('1', START, 'a', 2), readingEvent('2', START, 'b', 3)]);
    all.put(0, [readingEvent('3', START + 2 * MINUTE, 'c', 1)]);
    await all.deliver(SHARD, 10);
    await all.sweep();
    await all.fire();
    expect(all.results[0]).toMatchObject({ key: 'all', values: { total: 5, events: 2 } });
  });

  test('that comes again changes nothing, warm or cold', async () => {
    world.put(0, [readingEvent('1', START)]);
    await world.deliver(SHARD, 1);
    const before = await last();
    await world.redeliver(SHARD, 1, 0);
    world.restart();
    await world.redeliver(SHARD, 1, 0);
    expect(await last()).toEqual(before);
  });

  test('too large for one item is split, inside a record too, and counted once', async () => {
    const key = 'k'.repeat(400);
    const events = Array.from({ length: 3_000 }, (_, at) =>
      // Random keys do not compress, so that the payload is over the limit whatever the encoding does.
      readingEvent(`e${at}`, START, `${randomText(key.length)}${at}`),
    );
    world.put(0, events);
    await world.deliver(SHARD, 10);
    const { tail } = await last();
    expect(tail.n).toBeGreaterThan(1);
    expect(tail.counts.accepted).toBe(events.length);
    world.restart();
    await world.redeliver(SHARD, 1, 0);
    expect((await last()).tail.counts).toEqual(tail.counts);
  });
});

describe('what cannot be counted', () => {
  test('is set aside with its place, its reason and its bytes, and blocks nothing', async () => {
    world.putBytes(0, Buffer.from('not an event'));
    const invalid = { ...readingEvent('2', START), data: { key: 'a', amount: 'much', at: START } };
    world.put(0, [readingEvent('1', START), invalid]);
    world.put(0, [readingEvent('3', START + 31 * MINUTE), readingEvent('4', START, 'x'.repeat(600))]);
    await world.deliver(SHARD, 10);
    expect([...world.rejected.values()].map(({ code, sub }) => [code, sub])).toEqual([
      ['undecodable', 0],
      ['invalid', 1],
      ['future', 0],
      ['key', 1],
    ]);
    const [undecodable, wrong] = [...world.rejected.values()];
    expect(Buffer.from(undecodable!.bytes).toString()).toBe('not an event');
    expect(wrong!.reason).toContain('amount');
    expect(JSON.parse(Buffer.from(wrong!.bytes).toString())).toMatchObject({
      id: '2',
      data: { amount: 'much' },
    });
    expect((await last()).tail.counts).toEqual({ accepted: 1, duplicate: 0, late: 0, rejected: 4 });
  });

  test('is an event of a batch that wrongly says it was validated, too', async () => {
    const wrong = { ...readingEvent('2', START), data: { key: 'a', at: START } };
    world.putBytes(0, encodeCompact([readingEvent('1', START), wrong], schemaFingerprint(reading)));
    await world.deliver(SHARD, 10);
    expect([...world.rejected.values()].map(({ code, sub }) => [code, sub])).toEqual([['invalid', 1]]);
    expect((await last()).tail.counts).toEqual({ accepted: 1, duplicate: 0, late: 0, rejected: 1 });
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['a list', []],
    ['a text', 'data'],
    ['without a key', { amount: 1, at: START }],
    ['with a key that is no text', { key: { toString: 1, valueOf: 1 }, amount: 1, at: START }],
    ['with a fraction among whole numbers', { key: 'a', amount: 0.5, at: START }],
    ['with a number that is a text', { key: 'a', amount: '1', at: START }],
  ])('are such data that are %s', async (_, data) => {
    const wrong = { ...readingEvent('2', START), data };
    const fine = [readingEvent('1', START), readingEvent('3', START, 'a', Number.MAX_SAFE_INTEGER)];
    world.putBytes(0, encodeCompact([fine[0]!, wrong, fine[1]!], schemaFingerprint(reading)));
    world.put(0, [readingEvent('4', START + 2 * MINUTE)]);
    await world.deliver(SHARD, 10);
    expect([...world.rejected.values()].map(({ code, sub }) => [code, sub])).toEqual([['invalid', 1]]);
    expect((await last()).tail.counts).toEqual({ accepted: 3, duplicate: 0, late: 0, rejected: 1 });
    await world.sweep();
    await world.fire();
    expect(world.results).toMatchObject([{ values: { events: 2, total: 2 ** 53 } }]);
  });

  test('is an event whose names no notice could hold', async () => {
    const long = 'x'.repeat(50_000);
    world.put(0, [readingEvent(long, START), readingEvent('2', START)]);
    world.put(0, [{ ...readingEvent('3', START), source: long }]);
    await world.deliver(SHARD, 10);
    const reason = expect.stringMatching(/^id, source and key have 5000\d characters together, over 50000$/);
    expect([...world.rejected.values()]).toMatchObject([
      { code: 'invalid', sub: 0, reason },
      { code: 'invalid', sub: 0, reason },
    ]);
    expect((await last()).tail.counts).toMatchObject({ accepted: 1, rejected: 2 });
  });

  test('is held in memory only so much at once', async () => {
    const records = 20;
    for (let n = 0; n < records; n++)
      world.putBytes(0, gzipSync(Buffer.alloc(8 * 1024 * 1024, `not an event ${n} `)));
    let steps = 0;
    const writer = new ShardWriter(world.context, SHARD, {
      setAside: async () => void steps++,
      emitLate: async () => {},
      hints: { fire: async () => {}, sweep: async () => {} },
      listShards: world.stream.list,
    });
    await writer.process(world.stream.read(SHARD, undefined, records));
    // 64 MB and the record that passes them: nine at a time.
    expect(steps).toBe(Math.ceil(records / 9));
    expect((await last()).tail.counts).toEqual({ accepted: 0, duplicate: 0, late: 0, rejected: records });
  });

  test('is not committed before it is stored', async () => {
    world.putBytes(0, Buffer.from('not an event'));
    await world.sweep();
    world.faults.inject(() => (world.rejected.size === 0 && world.faults.calls > 0 ? 'ok' : 'lost'));
    await expect(world.deliver(SHARD, 1)).rejects.toThrow(InjectedFault);
    expect(world.rejected.size).toBe(1);
    world.faults.quiet();
    expect(await world.context.log.last(SHARD)).toBeUndefined();
    await world.deliver(SHARD, 1);
    expect((await last()).tail.counts.rejected).toBe(1);
  });
});

describe('a late event', () => {
  /** Moves the stage's time far beyond the first minute's lateness, and closes it. */
  async function closeFirstMinute(): Promise<void> {
    await world.sweep();
    world.put(0, [readingEvent('1', START)]);
    await world.deliver(SHARD, 1);
    world.now = START + 30 * MINUTE;
    world.put(0, [readingEvent('2', START + 30 * MINUTE)]);
    await world.deliver(SHARD, 1);
    await world.fire();
  }

  test('within the allowed lateness revises the results of its key', async () => {
    await world.sweep();
    world.put(0, [readingEvent('1', START), readingEvent('2', START, 'b')]);
    world.put(0, [readingEvent('3', START + 2 * MINUTE)]);
    await world.deliver(SHARD, 2);
    await world.fire();
    world.put(0, [readingEvent('4', START + 1, 'b', 5)]);
    await world.deliver(SHARD, 1);
    expect(world.hints).toContain('fire totals');
    await world.fire();
    expect(world.results.filter(({ start }) => start === START)).toMatchObject([
      { key: 'a', revision: 0, final: false, values: { total: 1, events: 1 } },
      { key: 'b', revision: 0, final: false, values: { total: 1, events: 1 } },
      { key: 'b', revision: 1, final: false, values: { total: 6, events: 2 } },
    ]);
  });

  test('beyond it goes to the late output after the commit, and is not counted', async () => {
    await closeFirstMinute();
    world.put(0, [readingEvent('3', START + 5)]);
    await world.deliver(SHARD, 1);
    expect(world.late.map((event) => JSON.parse(event).id)).toEqual(['3']);
    expect((await last()).tail.counts).toEqual({ accepted: 2, duplicate: 0, late: 1, rejected: 0 });
    expect([...world.latest().values()].find(({ start }) => start === START)).toMatchObject({
      final: true,
      values: { total: 1, events: 1 },
    });
  });

  test('that does not fit a commit beside everything that is open is set aside', async () => {
    await closeFirstMinute();
    const { log } = world.context;
    const append = log.append.bind(log);
    log.append = (shard, commit) =>
      commit.late.length > 0 ? Promise.reject(new CommitTooLarge(400_000)) : append(shard, commit);
    world.put(0, [readingEvent('3', START + 5), readingEvent('4', START + 30 * MINUTE)]);
    await world.deliver(SHARD, 1);
    expect([...world.rejected.values()]).toMatchObject([{ code: 'late-too-large', sub: 0 }]);
    expect((await last()).tail.counts).toEqual({ accepted: 3, duplicate: 0, late: 0, rejected: 1 });
  });

  test('is emitted again after a crash between the commit and the head', async () => {
    await closeFirstMinute();
    world.put(0, [readingEvent('3', START + 5)]);
    const done = (await last()).tail.n;
    let failing = false;
    world.faults.inject(() => {
      failing ||= world.late.length > 0;
      return failing ? 'lost' : 'ok';
    });
    await expect(world.deliver(SHARD, 1)).rejects.toThrow(InjectedFault);
    world.faults.quiet();
    expect((await last()).tail.n).toBe(done + 1);
    world.restart();
    await world.deliver(SHARD, 1);
    expect(world.late.map((event) => JSON.parse(event).id)).toEqual(['3', '3']);
    expect((await last()).tail.counts.late).toBe(1);
  });

  test('that was counted in time before is a duplicate', async () => {
    await world.sweep();
    world.put(0, [readingEvent('1', START)]);
    world.put(0, [readingEvent('2', START + 11 * MINUTE + 20_000)]);
    await world.deliver(SHARD, 1);
    await world.deliver(SHARD, 1);
    world.put(0, [readingEvent('1', START)]);
    await world.deliver(SHARD, 1);
    expect(world.late).toEqual([]);
    expect((await last()).tail.counts).toEqual({ accepted: 2, duplicate: 1, late: 0, rejected: 0 });
  });
});

function randomText(length: number): string {
  return Array.from({ length }, () => Math.floor(Math.random() * 36).toString(36)).join('');
}
