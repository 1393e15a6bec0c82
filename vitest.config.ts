import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LONG } from './vitest.long.config.ts';

/** Folders whose files leave nothing behind: no mocked class, no environment, nothing global. */
const SHARING = ['test/{unit,model,property,transcripts}/**/*.test.ts'];

export default defineConfig({
  // As in tsconfig.json: the examples of the documentation import what they tell readers to import.
  resolve: { alias: { 'millrace/client': fileURLToPath(new URL('client/index.ts', import.meta.url)) } },
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // The machines this runs on have two cores; more workers only make emulators time out.
    maxWorkers: 2,
    // The chaos driver makes much short-lived garbage: with room for it, it runs a quarter faster.
    execArgv: ['--max-semi-space-size=64'],
    // Tests of processes on a shared CI machine meet its pauses; a retry is reported, and the property tests allow none.
    retry: process.env.CI === undefined ? 0 : 1,
    projects: [
      {
        // Importing the SDK and the construct library again for every file would take longer than the tests do.
        extends: true,
        test: { name: 'sharing', include: SHARING, isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ['test/**/*.test.ts'],
          exclude: [...SHARING, ...LONG, 'test/soak/**'],
          // What is waited for is most often asked of a local run, which has to work for the answer.
          expect: { poll: { interval: 200 } },
        },
      },
    ],
  },
});
