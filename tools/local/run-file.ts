import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeRun, type LocalRun } from './run.ts';

/** Name of the file in the data folder that says where everything of a run is, as long as it runs. */
export const RUN_FILE = 'run.json';

/** Writes the run's addresses and names for other programs: an AWS client, a test, a script. */
export function publishRun(local: LocalRun): void {
  writeFileSync(join(local.dataDir, RUN_FILE), `${JSON.stringify(describeRun(local), null, 2)}\n`);
}

/** Removes what {@link publishRun} wrote. */
export function unpublishRun({ dataDir }: LocalRun): void {
  rmSync(join(dataDir, RUN_FILE), { force: true });
}
