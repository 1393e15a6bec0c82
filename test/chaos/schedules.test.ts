import { expect, test } from 'vitest';
import { describeFailure, explore } from './explore.ts';

const { SEED, STEPS, CHAINED, RUNS } = process.env;
const SHRINK_MS = 60_000;
const OPTIONS = { retry: 0, timeout: 24 * 3_600_000 };

test.skipIf(SEED !== undefined)(
  'no schedule of failures makes a result wrong, on the emulator of DynamoDB',
  OPTIONS,
  async () => {
    // The table in memory is asked the same, and has to answer the same.
    const { failure } = await explore({ from: 1, schedules: Number(RUNS ?? 8), store: 'both' });
    expect(failure && (await describeFailure(failure, { store: 'both' }, SHRINK_MS))).toBeUndefined();
  },
);

test.skipIf(SEED !== undefined)('nor on the table in memory, which is faster', OPTIONS, async () => {
  const { failure } = await explore({ from: 1_001, schedules: Number(RUNS ?? 60), store: 'memory' });
  expect(failure && (await describeFailure(failure, { store: 'memory' }, SHRINK_MS))).toBeUndefined();
});

test.skipIf(SEED !== undefined).each([
  ['both', 3],
  ['memory', 12],
] as const)('nor among stages that read each other: %s', OPTIONS, async (store, count) => {
  const options = { store, chained: true };
  const schedules = RUNS === undefined ? count : Number(RUNS);
  const { failure } = await explore({ from: 1, schedules, ...options });
  expect(failure && (await describeFailure(failure, options, SHRINK_MS))).toBeUndefined();
});

test.runIf(SEED !== undefined)('the schedule to be replayed', OPTIONS, async () => {
  const steps = STEPS?.split(',').map(Number);
  const options = { steps, chained: CHAINED !== undefined };
  const { failure } = await explore({ from: Number(SEED), schedules: 1, store: 'both', ...options });
  expect(
    failure && (await describeFailure(failure, { store: 'memory', ...options }, SHRINK_MS)),
  ).toBeUndefined();
});
