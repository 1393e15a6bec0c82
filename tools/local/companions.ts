import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sdkEnvironment } from './functions/environment.ts';
import { LogFile } from './log-file.ts';
import { describeRun, type LocalRun } from './run.ts';

/** What runs beside the pipeline for a person to look at: the sample producers and the view of windows. */
export interface Companions {
  /** Writes a line that the view does not paint over. */
  say(line: string): void;
  stop(): Promise<void>;
}

const SAMPLES = fileURLToPath(new URL('samples/main.ts', import.meta.url));
const STOP_MS = 3_000;

/** @param sample - whether sample producers run too */
export async function startCompanions(local: LocalRun, sample: boolean): Promise<Companions> {
  const samples = sample ? startSamples(local) : undefined;
  // Loaded only now: what it needs would only delay the start of what it shows.
  const { startView } = await import('./view/start-view.ts');
  const view = startView({ url: local.url });
  return {
    say: (line) => view.log(line),
    async stop() {
      view.stop();
      if (samples !== undefined) await stopChild(samples);
    },
  };
}

/** The producers run in a process of their own, which finds the run described in `MILLRACE_RUN`. */
function startSamples(local: LocalRun): ChildProcess {
  const log = new LogFile(join(local.dataDir, 'logs', 'samples.log'));
  const child = fork(SAMPLES, [], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      ...sdkEnvironment(local.endpoints),
      MILLRACE_RUN: JSON.stringify(describeRun(local)),
    },
  });
  child.stdout?.on('data', (chunk: Buffer) => log.write(chunk));
  child.stderr?.on('data', (chunk: Buffer) => log.write(chunk));
  return child;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exit;
  clearTimeout(timer);
}
