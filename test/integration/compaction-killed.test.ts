import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CompactContext, compactLake } from '../../shared/lake/compact.ts';
import { LakeObjects } from '../../shared/lake/object-store.ts';
import { CompactedLake, event, HOUR, START } from '../support/compacted-lake.ts';

let lake: CompactedLake;

beforeEach(async () => {
  lake = await CompactedLake.start();
});
afterEach(() => lake.stop());

describe('a compaction that is killed at any call', () => {
  /** Fails at one call to S3 or to the table of marks, and does what was asked at that call or does not. */
  const killed = (survived: number, isDone: boolean): { context: CompactContext; calls: () => number } => {
    let calls = 0;
    const call = async <T>(work: () => Promise<T>): Promise<T> => {
      if (calls++ < survived) return work();
      if (isDone && calls === survived + 1) await work();
      throw new Error('killed');
    };
    const client = Object.create(lake.s3.client, {
      send: { value: (command: never) => call(() => lake.s3.client.send(command)) },
    });
    const through: CompactContext['marks'] = {
      between: (first, last) => call(() => lake.marks.between(first, last)),
      cut: (hour, bounds) => call(() => lake.marks.cut(hour, bounds)),
      set: (hour, part, mark) => call(() => lake.marks.set(hour, part, mark)),
    };
    return {
      context: { ...lake.context, objects: new LakeObjects(client, lake.s3.bucket), marks: through },
      calls: () => calls,
    };
  };

  test.each([true, false])(
    'leaves the old file or the new one (the call is carried out: %s)',
    async (isDone) => {
      lake.writer.land(START, [event('a', START)]);
      await lake.compact();
      lake.writer.land(START + 1, [event('b', START)]);
      for (let survived = 0, ended = false; !ended; survived++) {
        const run = killed(survived, isDone);
        await compactLake(run.context, START, START + HOUR).catch(() => {});
        ended = run.calls() <= survived;
        const ids = await lake.idsOf(7);
        expect(ids.join()).toMatch(/^a(,b)?$/);
        if (ended) expect(ids).toEqual(['a', 'b']);
      }
    },
  );

  test('shows every event of a type once, also where an hour has parts and repetitions', async () => {
    lake.change({ partBytes: 1 });
    lake.writer.land(START, [event('a', START), event('b', START)]);
    lake.writer.land(START + 1, [event('b', START), event('c', START)]);
    lake.writer.land(START + HOUR, [event('c', START), event('d', START)]);
    // Every second call: opening a database for each takes its time.
    for (let survived = 0, ended = false; !ended; survived += 2) {
      const run = killed(survived, survived % 4 === 0);
      await compactLake(run.context, START, START + 24 * HOUR).catch(() => {});
      ended = run.calls() <= survived;
      expect(await lake.allIds()).toEqual(['a', 'b', 'c', 'd']);
    }
    expect(await Promise.all([0, 1].map((part) => lake.idsOf(7, part)))).toEqual([['a', 'b'], ['c']]);
    expect(await lake.idsOf(8)).toEqual(['d']);
  }, 180_000);
});
