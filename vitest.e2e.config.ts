import { defineConfig } from 'vitest/config';

/** The end-to-end suite alone, against the target that `npm run test:e2e` chose. */
export default defineConfig({
  test: {
    include: ['test/e2e/suite/**/*.test.ts'],
    testTimeout: 1_800_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
  },
});
