import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sdkEnvironment } from './functions/environment.ts';
import { LogFile } from './log-file.ts';
import type { LocalRun, RunInfo } from './run.ts';

/** What runs beside the pipeline for a person to look at. */
export interface Companions {
  stop(): Promise<void>;
}

const SAMPLES = fileURLToPath(new URL('samples/main.ts', import.meta.url));
const STOP_MS = 3_000;

/** Starts the sample producers, in a process of their own that finds the run described in `MILLRACE_RUN`. */
export async function startCompanions(local: LocalRun, sample: boolean): Promise<Companions> {
  const samples = sample && existsSync(SAMPLES) ? startSamples(local) : undefined;
  return {
    async stop() {
      if (samples !== undefined) await stopChild(samples);
    },
  };
}

function startSamples(local: LocalRun): ChildProcess {
  const log = new LogFile(join(local.dataDir, 'logs', 'samples.log'));
  const child = fork(SAMPLES, [], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      ...sdkEnvironment(local.endpoints),
      MILLRACE_RUN: JSON.stringify(describe(local)),
    },
  });
  child.stdout?.on('data', (chunk: Buffer) => log.write(chunk));
  child.stderr?.on('data', (chunk: Buffer) => log.write(chunk));
  return child;
}

/** The plain data of a run. */
function describe({
  url,
  endpoints,
  region,
  streams,
  tables,
  buckets,
  functions,
  dataDir,
}: LocalRun): RunInfo {
  return { url, endpoints, region, streams, tables, buckets, functions, dataDir };
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exit;
  clearTimeout(timer);
}
