import { relative } from 'node:path';
import pc from 'picocolors';
import { type Arguments, parseArguments, USAGE, UsageError } from './arguments.ts';
import { startCompanions } from './companions.ts';
import { DataInUseError } from './data-lock.ts';
import { Progress } from './progress.ts';
import type { LocalRun } from './run.ts';
import { DEFAULT_DATA_DIR, startLocal } from './start-local.ts';
import { SynthesisError } from './synth/assembly-cache.ts';
import { TemplateError } from './template/types.ts';

const INTERRUPTED = 130;

try {
  const args = parseArguments(process.argv.slice(2), process.env);
  if (args.help) console.log(USAGE);
  else await run(args);
} catch (error) {
  console.error(pc.red(explain(error)));
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function run(args: Arguments): Promise<void> {
  const progress = new Progress((line) => console.log(line));
  const interrupt = onInterrupt();
  const { dataDir = DEFAULT_DATA_DIR } = args;
  const local = await startLocal({ ...args, dataDir, onProgress: progress.step });
  local.onNotice((text) => console.log(`${pc.yellow('!')} ${text}`));
  for (const text of local.leftOut) console.log(pc.dim(`not run locally: ${text}`));
  progress.step(pc.green(`ready: ${local.url}`));
  console.log(pc.dim(`data and logs in ${relative(process.cwd(), local.dataDir) || '.'}; Ctrl-C stops`));
  const companions = await startCompanions(local, args.sample);
  await interrupt;
  console.log('\nstopping: letting what runs finish (Ctrl-C again to stop at once)');
  await companions.stop();
  await stop(local);
}

async function stop(local: LocalRun): Promise<void> {
  await local.stop();
  console.log('stopped');
  process.exit(0);
}

/** Resolves at the first Ctrl-C; at the second the process ends, and its children see that. */
function onInterrupt(): Promise<void> {
  return new Promise((resolve) => {
    let interrupted = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (interrupted) process.exit(INTERRUPTED);
        interrupted = true;
        resolve();
      });
    }
  });
}

function explain(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\n\n${USAGE}`;
  const known = [DataInUseError, SynthesisError, TemplateError].some((type) => error instanceof type);
  if (known && error instanceof Error) return error.message;
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') {
    return `port ${port} is taken: stop what uses it, or choose another with "npm start -- --port N"`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
