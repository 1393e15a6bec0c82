import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleFunctions } from '../../infra/constructs/function-bundles.ts';
import { windowStages } from '../../shared/pipeline/index.ts';
import { pipelines } from '../../shared/pipelines/index.ts';
import patientVitals from '../../shared/pipelines/patient-vitals.ts';
import { ENV } from '../../shared/runtime/env.ts';
import { runModule } from './child.ts';
import { median } from './rounds.ts';

export interface StartupResult {
  readonly function: string;
  /** From the import of the bundle to a handler that can be called. */
  readonly ms: number;
  readonly bytes: number;
}

/** Measures inside the process, as Lambda's own start of Node is nobody's to change. */
const PROBE = `
const start = performance.now();
const { handler } = await import(process.argv[2]);
const took = performance.now() - start;
if (typeof handler !== 'function') throw new Error('no handler');
process.send(took);
process.disconnect();
setImmediate(() => process.exit());
`;

/** Every variable that some function reads, with what it would roughly hold. */
const VARIABLES: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.values(ENV).map((name) => [name, 'bench'])),
  [ENV.pipeline]: patientVitals.name,
  [ENV.stageStreams]: JSON.stringify(
    Object.fromEntries(windowStages(patientVitals).map(({ name }) => [name, 'bench'])),
  ),
  [ENV.eventsStreams]: JSON.stringify(Object.fromEntries(pipelines.map(({ name }) => [name, 'bench']))),
  [ENV.queryAuth]: 'none',
  [ENV.retentionHours]: '24',
  [ENV.staticKeyHashes]: '',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

/** The variables of one function: those of stages are named after the kind of stage that they run, which the pipeline has one of. */
function variablesOf(name: string): NodeJS.ProcessEnv {
  const stage = patientVitals.stages.find(({ kind }) => kind === name);
  return { ...VARIABLES, [ENV.stage]: stage?.name ?? windowStages(patientVitals)[0]?.name };
}

/** The start of every function, from the bundle that is deployed. */
export async function startups(root: string, rounds: number): Promise<StartupResult[]> {
  const bundles = bundleFunctions({ root });
  const folder = mkdtempSync(join(tmpdir(), 'millrace-startup-'));
  const probe = join(folder, 'probe.mjs');
  writeFileSync(probe, PROBE);
  try {
    const results: StartupResult[] = [];
    for (const [output, { bytes }] of Object.entries(bundles.metafile.outputs)) {
      const [, name] = /([^/]+)\/handler\.mjs$/.exec(output) ?? [];
      if (name === undefined) continue;
      const module = pathToFileURL(join(bundles.directoryOf(name), 'handler.mjs')).href;
      const times: number[] = [];
      for (let round = 0; round < rounds; round++) {
        times.push(await runModule<number>(probe, { args: [module], env: variablesOf(name) }));
      }
      results.push({ function: name, ms: median(times), bytes });
    }
    return results;
  } finally {
    bundles.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}
