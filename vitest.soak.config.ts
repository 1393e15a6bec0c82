import { defineConfig } from 'vitest/config';

/** Long runs: more schedules of the property tests, the kill tests over and over, a million keys, the chaos driver by the thousands. */
export default defineConfig({
  test: {
    include: ['test/{property,chaos,soak}/**/*.test.ts', 'test/long/kill.test.ts'],
    testTimeout: 3_600_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // The chaos driver makes much short-lived garbage: with room for it, it runs a quarter faster.
    execArgv: ['--max-semi-space-size=64'],
    env: { RUNS: process.env.RUNS ?? '2000' },
  },
});
