import { expect, test } from 'vitest';
import { describeFailure, explore } from './explore.ts';

const { SEED, STEPS, RUNS } = process.env;
const SHRINK_MS = 60_000;
const OPTIONS = { retry: 0, timeout: 24 * 3_600_000 };

test.skipIf(SEED !== undefined)(
  'no schedule of failures makes a result wrong, on the emulator of DynamoDB',
  OPTIONS,
  async () => {
    // The table in memory is asked the same, and has to answer the same.
    const { failure } = await explore({ from: 1, schedules: Number(RUNS ?? 25), store: 'both' });
    expect(failure && (await describeFailure(failure, { store: 'both' }, SHRINK_MS))).toBeUndefined();
  },
);

test.skipIf(SEED !== undefined)('nor on the table in memory, which is faster', OPTIONS, async () => {
  const { failure } = await explore({ from: 1_001, schedules: Number(RUNS ?? 150), store: 'memory' });
  expect(failure && (await describeFailure(failure, { store: 'memory' }, SHRINK_MS))).toBeUndefined();
});

test.runIf(SEED !== undefined)('the schedule to be replayed', OPTIONS, async () => {
  const steps = STEPS?.split(',').map(Number);
  const { failure } = await explore({ from: Number(SEED), schedules: 1, steps, store: 'both' });
  expect(failure && (await describeFailure(failure, { steps, store: 'memory' }, SHRINK_MS))).toBeUndefined();
});
