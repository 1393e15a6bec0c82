import type { LocalRun } from '../../tools/local/run.ts';
import { type StartOptions, startLocal } from '../../tools/local/start-local.ts';
import { temporaryFolder } from './millrace-process.ts';
import type { TestApp } from './test-app.ts';

interface TestRunOptions extends Omit<StartOptions, 'assembly' | 'dataDir'> {
  /** What to run instead of the samples. */
  readonly app?: TestApp;
}

/** A local run in a folder of its own. */
export interface TestRun {
  readonly run: LocalRun;
  /** Stops it and removes its folder and its application. */
  remove(): Promise<void>;
}

/** Starts a run for the tests of a file: nothing is left of it once it is removed, nor if it does not start. */
export async function startTestRun({ app, ...options }: TestRunOptions = {}): Promise<TestRun> {
  const folder = temporaryFolder();
  const removeFiles = () => {
    app?.remove();
    folder.remove();
  };
  try {
    const run = await startLocal({
      ...options,
      ...(app && { assembly: app.assembly }),
      dataDir: folder.path,
    });
    return {
      run,
      async remove() {
        await run.stop();
        removeFiles();
      },
    };
  } catch (error) {
    removeFiles();
    throw error;
  }
}
