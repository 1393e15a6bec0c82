import { defineConfig } from 'vitest/config';

/** Long runs: more schedules of the property tests, the kill tests over and over, a million keys. */
export default defineConfig({
  test: {
    include: ['test/property/**/*.test.ts', 'test/chaos/**/*.test.ts', 'test/soak/**/*.test.ts'],
    testTimeout: 3_600_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    env: { RUNS: process.env.RUNS ?? '2000' },
  },
});
