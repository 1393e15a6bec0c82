import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StreamEvent } from '../../shared/events/types.ts';
import { type Emission, early, final, onTime } from '../../shared/pipeline/index.ts';
import { startDynamoDB, type TestDynamoDB } from '../support/dynamodb.ts';
import { expectedTotals } from '../support/oracle.ts';
import { MINUTE, totals } from '../support/stage.ts';
import { fates, finish, START, settings, step, take } from '../support/steps.ts';
import { World } from '../support/world.ts';

let dynamodb: TestDynamoDB;
beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(() => dynamodb.stop());

test('any batches, repetitions, restarts, reshards and failed calls give the same results', {
  retry: 0,
  timeout: Math.max(180_000, Number(process.env.RUNS ?? 15) * 10_000),
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 2 }),
      fc.array(step, { minLength: 5, maxLength: 40 }),
      fates,
      fc.constantFrom<Emission>(onTime(), onTime(), final(), early('20 seconds')),
      // With room for two keys at a time a window of four is fired in buckets.
      fc.constantFrom(undefined, 2),
      async (shards, steps, schedule, emit, maxKeys) => {
        const now = START + 10 * MINUTE;
        const options = maxKeys === undefined ? {} : { maxKeys };
        const world = await World.create(dynamodb, { ...totals, emit }, shards, now, options);
        const sent: StreamEvent[] = [];
        const queue = [...schedule];
        world.faults.inject(() => queue.shift() ?? 'ok');
        for (const one of steps) await take(world, one, sent);
        await finish(world);
        const expected = expectedTotals(sent, MINUTE);
        const latest = world.latest();
        const got = [...latest].filter(([, { key }]) => key !== 'end').sort();
        expect(got.map(([name, { values, final }]) => [name, values, final])).toEqual(
          [...expected].sort().map(([name, { total, events }]) => [name, { total, events }, true]),
        );
        expect(world.late).toEqual([]);
        const revisions = world.results.map(({ revision }) => revision);
        expect(Math.min(...revisions)).toBeGreaterThanOrEqual(emit.kind === 'early' ? -2 : 0);
        if (emit.kind === 'final') expect(revisions.every((revision) => revision === 0)).toBe(true);
      },
    ),
    settings(15),
  );
});
