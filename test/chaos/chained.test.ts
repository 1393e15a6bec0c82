import { expect, test } from 'vitest';
import { describeFailure, explore } from './explore.ts';

const { FROM = '1', COUNT = '40', STORE = 'memory', SHRINK = '20000' } = process.env;
test('chained', { retry: 0, timeout: 24 * 3_600_000 }, async () => {
  const options = { store: STORE as 'memory', chained: true };
  const { failure, schedules, seconds } = await explore({
    from: Number(FROM),
    schedules: Number(COUNT),
    ...options,
  });
  console.log(schedules, seconds);
  expect(failure && (await describeFailure(failure, options, Number(SHRINK)))).toBeUndefined();
});
