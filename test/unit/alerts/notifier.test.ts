import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Alert } from '../../../shared/alerts/alert.ts';
import { AlertLedger } from '../../../shared/alerts/ledger.ts';
import { Notifier } from '../../../shared/alerts/notifier.ts';
import { StageTable } from '../../../shared/state/stage-table.ts';
import { startDynamoDB, type TestDynamoDB } from '../../support/dynamodb.ts';
import { Faults, InjectedFault } from '../../support/faults.ts';

const QUIET = 600_000;
const STAGE = 'pulse';

let dynamodb: TestDynamoDB;
let table: string;
let faults: Faults;
let published: Alert[];
let clock: number;

beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(() => dynamodb.stop());
beforeEach(async () => {
  table = await dynamodb.createTable();
  faults = new Faults();
  published = [];
  clock = 1_000_000;
});

const alert = (time: number, key = 'ann'): Alert => ({
  stage: STAGE,
  key,
  time,
  message: `at ${time}`,
  cause: { type: 'reading', id: String(time), data: {} },
});

type Publish = (alert: Alert) => Promise<void>;
const record: Publish = async (one) => {
  published.push(one);
};

/** A process of its own: nothing in memory is shared with the others. */
function processOf(owner: string, publish: Publish = record): Notifier {
  const items = new StageTable(faults.wrap(dynamodb.client), table, STAGE);
  return new Notifier({
    ledger: new AlertLedger(items, () => 2_000_000_000),
    quiet: QUIET,
    owner,
    publish: (one) => faults.call(() => publish(one), 'publish'),
    now: () => clock,
    sleep: async (ms) => {
      clock += ms;
    },
  });
}

const times = () => published.map(({ time }) => time);

describe('one notification', () => {
  test('of a record that comes again, here or elsewhere', async () => {
    const one = processOf('one');
    expect(await one.notify(alert(5_000))).toBe(true);
    expect(await one.notify(alert(5_000))).toBe(false);
    expect(await processOf('two').notify(alert(5_000))).toBe(false);
    expect(times()).toEqual([5_000]);
  });

  test('of what happens again within the quiet period, in any order', async () => {
    const one = processOf('one');
    for (const time of [700_000, 800_000, 200_000, 1_299_999]) await one.notify(alert(time));
    expect(times()).toEqual([700_000]);
    for (const time of [1_300_000, 100_000]) await one.notify(alert(time));
    expect(times()).toEqual([700_000, 1_300_000, 100_000]);
  });

  test('per key', async () => {
    const one = processOf('one');
    const keys = ['ann', '', 'k'.repeat(3_000), `${'k'.repeat(3_000)}!`, '\ud800', '=ann', '☃'];
    for (const key of [...keys, ...keys]) await one.notify(alert(0, key));
    expect(published.map(({ key }) => key)).toEqual(keys);
  });

  test('where two processes find it at the same time', async () => {
    const results = await Promise.all(
      ['one', 'two', 'three', 'four'].map((owner) => processOf(owner).notify(alert(5_000))),
    );
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(times()).toEqual([5_000]);
  });

  test('where two processes find different events of one episode', async () => {
    await Promise.all([processOf('one').notify(alert(5_000)), processOf('two').notify(alert(6_000))]);
    expect(published).toHaveLength(1);
  });
});

describe('a failure', () => {
  test('to publish is no alert, and the next delivery sends it', async () => {
    const one = processOf('one', async () => {
      throw new Error('SNS is away');
    });
    await expect(one.notify(alert(5_000))).rejects.toThrow('SNS is away');
    const before = clock;
    expect(await processOf('two').notify(alert(5_000))).toBe(true);
    expect(clock - before).toBeGreaterThanOrEqual(15_000);
    expect(times()).toEqual([5_000]);
  });

  test('is made good at once by the process that it happened to', async () => {
    const one = processOf('one');
    faults.inject((operation) => (operation === 'publish' ? 'lost' : 'ok'));
    await expect(one.notify(alert(5_000))).rejects.toThrow(InjectedFault);
    faults.quiet();
    const before = clock;
    expect(await one.notify(alert(5_000))).toBe(true);
    expect(clock).toBe(before);
  });

  test('between publishing and remembering repeats the alert once, with its id', async () => {
    const one = processOf('one', async (each) => {
      await record(each);
      throw new Error('killed');
    });
    await expect(one.notify(alert(5_000))).rejects.toThrow('killed');
    expect(await processOf('two').notify(alert(5_000))).toBe(true);
    expect(await processOf('three').notify(alert(5_000))).toBe(false);
    expect(times()).toEqual([5_000, 5_000]);
  });

  test('of a slow process is not held against the one that took over', async () => {
    let resume = () => {};
    const paused = new Promise<void>((resolve) => {
      resume = resolve;
    });
    let reached = () => {};
    const publishing = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const slow = processOf('slow', async (each) => {
      reached();
      await paused;
      await record(each);
    });
    const first = slow.notify(alert(5_000));
    await publishing;
    expect(await processOf('two').notify(alert(700_000))).toBe(true);
    resume();
    await first;
    expect(await processOf('three').notify(alert(5_000))).toBe(false);
    expect(await processOf('four').notify(alert(700_000))).toBe(false);
    expect(times()).toEqual([700_000, 5_000]);
  });
});

describe('whatever fails', () => {
  test.each(Array.from({ length: 60 }, (_, seed) => seed))(
    'every episode is told of, and nothing twice but for a lost answer (seed %i)',
    async (seed) => {
      let state = seed + 1;
      const random = () => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
        return state / 0x7fffffff;
      };
      const alerts = Array.from({ length: 12 }, () =>
        alert(
          Math.floor(random() * 5) * QUIET + Math.floor(random() * 1_000),
          random() < 0.5 ? 'ann' : 'bob',
        ),
      );
      let ambiguous = 0;
      faults.inject((operation) => {
        const fate = random() < 0.15 ? (random() < 0.5 ? 'lost' : 'ambiguous') : 'ok';
        // Only what is published and not remembered can be published again.
        if (fate !== 'ok' && operation !== 'GetItemCommand') ambiguous++;
        return fate;
      });
      let process = processOf('process-0');
      for (const [index, each] of alerts.entries()) {
        for (let attempt = 0; ; attempt++) {
          if (attempt > 5) faults.quiet();
          try {
            await process.notify(each);
            break;
          } catch (error) {
            if (!(error instanceof InjectedFault)) throw error;
            if (random() < 0.5) process = processOf(`process-${index}-${attempt}`);
          }
        }
      }
      faults.quiet();
      for (const each of alerts) {
        const near = published.filter(
          ({ key, time }) => key === each.key && Math.abs(time - each.time) < QUIET,
        );
        expect(near.length).toBeGreaterThan(0);
        expect(await process.notify(each)).toBe(false);
      }
      const distinct = new Set(published.map(({ key, time }) => `${key} ${time}`));
      expect(published.length - distinct.size).toBeLessThanOrEqual(ambiguous);
      for (const [index, one] of published.entries()) {
        for (const other of published.slice(index + 1)) {
          const same = one.key === other.key && one.time === other.time;
          expect(same || one.key !== other.key || Math.abs(one.time - other.time) >= QUIET).toBe(true);
        }
      }
    },
  );
});
