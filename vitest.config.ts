import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/soak/**', 'node_modules/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // The machines this runs on have two cores; more workers only make emulators time out.
    maxWorkers: 2,
    // Tests of processes on a shared CI machine meet its pauses; a retry is reported, and the property tests allow none.
    retry: process.env.CI === undefined ? 0 : 1,
  },
});
