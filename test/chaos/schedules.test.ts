import { expect, test } from 'vitest';
import { describeFailure, explore } from './explore.ts';

const { SEED, STEPS, RUNS, FROM } = process.env;
/** What takes about 20 seconds on one core. */
const SHORT = 60;
const SHRINK_MS = 60_000;

test('no schedule of failures makes a result wrong', { retry: 0, timeout: 24 * 3_600_000 }, async () => {
  const steps = STEPS?.split(',').map(Number);
  const { failure } = await explore({
    from: Number(SEED ?? FROM ?? 1),
    schedules: SEED === undefined ? Number(RUNS ?? SHORT) : 1,
    steps,
  });
  expect(failure && (await describeFailure(failure, { steps }, SHRINK_MS))).toBeUndefined();
});
