import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
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
  /** CPU time of the same, of the start that took least. */
  readonly cpuMs: number;
  readonly bytes: number;
  /** As gzip has it, which is about what Lambda downloads. */
  readonly zippedBytes: number;
  /** The clients of the AWS SDK whose code is in the bundle. */
  readonly clients: readonly string[];
}

interface Start {
  readonly ms: number;
  readonly cpuMs: number;
}

/** Measures inside the process, as Lambda's own start of Node is nobody's to change. */
const PROBE = `
const cpu = process.cpuUsage();
const start = performance.now();
const { handler } = await import(process.argv[2]);
const ms = performance.now() - start;
const { user, system } = process.cpuUsage(cpu);
if (typeof handler !== 'function') throw new Error('no handler');
process.send({ ms, cpuMs: (user + system) / 1000 });
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

/** What is shipped of the clients, by the names that AWS gives the services. */
const clientsIn = (inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>): string[] => [
  ...new Set(
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) =>
      bytesInOutput > 0 ? (/@aws-sdk\/client-([^/]+)\//.exec(file)?.[1] ?? []) : [],
    ),
  ),
];

/** The start of every function, from the bundle that is deployed. */
export async function startups(
  root: string,
  rounds: number,
  { tracing = false } = {},
): Promise<StartupResult[]> {
  const bundles = bundleFunctions({ root, tracing });
  const folder = mkdtempSync(join(tmpdir(), 'millrace-startup-'));
  const probe = join(folder, 'probe.mjs');
  writeFileSync(probe, PROBE);
  try {
    const results: StartupResult[] = [];
    for (const [output, { bytes, inputs }] of Object.entries(bundles.metafile.outputs)) {
      const [, name] = /([^/]+)\/handler\.mjs$/.exec(output) ?? [];
      if (name === undefined) continue;
      const module = pathToFileURL(join(bundles.directoryOf(name), 'handler.mjs')).href;
      const starts: Start[] = [];
      for (let round = 0; round < rounds; round++) {
        starts.push(await runModule<Start>(probe, { args: [module], env: variablesOf(name) }));
      }
      results.push({
        function: name,
        ms: median(starts.map(({ ms }) => ms)),
        cpuMs: Math.min(...starts.map(({ cpuMs }) => cpuMs)),
        bytes,
        zippedBytes: gzipSync(readFileSync(new URL(module))).length,
        clients: clientsIn(inputs),
      });
    }
    return results;
  } finally {
    bundles.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}
