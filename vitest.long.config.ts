import { defineConfig } from 'vitest/config';

/** What would make `npm test` too long: whole runs. CI runs them with the others. */
export const LONG = [
  'test/long/**/*.test.ts',
  'test/e2e/bad-input.test.ts',
  'test/e2e/suite/patient-vitals.test.ts',
  'test/integration/tail.test.ts',
];

export default defineConfig({
  test: {
    include: LONG,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
    // What is waited for is most often asked of a local run, which has to work for the answer.
    expect: { poll: { interval: 200 } },
    retry: process.env.CI === undefined ? 0 : 1,
  },
});
