import { relative } from 'node:path';
import { colors as pc } from '../colors.ts';
import { type Arguments, parseArguments, USAGE, UsageError } from './arguments.ts';
import { startCompanions } from './companions.ts';
import { DEFAULT_DATA_DIR } from './data-dir.ts';
import { DataInUseError } from './data-lock.ts';
import { Interrupts } from './interrupts.ts';
import { Progress } from './progress.ts';
import { publishRun, RUN_FILE, unpublishRun } from './run-file.ts';
import { startLocal } from './start-local.ts';
import { SynthesisError } from './synth/assembly-cache.ts';
import { TemplateError } from './template/types.ts';

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
  const interrupts = new Interrupts();
  const { dataDir = DEFAULT_DATA_DIR } = args;
  const local = await startLocal({ ...args, dataDir, onProgress: progress.step });
  let say = (line: string): void => console.log(line);
  local.onNotice((text) => say(`${pc.yellow('!')} ${text}`));
  for (const text of local.leftOut) console.log(pc.dim(`not run locally: ${text}`));
  publishRun(local);
  progress.step(pc.green(`ready: ${local.url}`));
  const folder = relative(process.cwd(), local.dataDir) || '.';
  console.log(
    pc.dim(`data and logs in ${folder}, endpoints and names in ${folder}/${RUN_FILE}; Ctrl-C stops`),
  );
  const companions = await startCompanions(local, args.sample);
  say = (line) => companions.say(line);
  await interrupts.next();
  companions.say('\nstopping: letting what runs finish (Ctrl-C again to stop at once)');
  await companions.stop();
  await local.stop();
  unpublishRun(local);
  console.log('stopped');
  process.exit(0);
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
