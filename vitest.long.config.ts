import { defineConfig } from 'vitest/config';

/** What would make `npm test` too long: whole runs of minutes. CI runs them with the others. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
    retry: process.env.CI === undefined ? 0 : 1,
  },
});
