import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CDK = fileURLToPath(new URL('../../node_modules/aws-cdk/bin/cdk', import.meta.url));

/** The CDK's command failed; the message is the end of what it printed. */
export class CdkError extends Error {
  override readonly name = 'CdkError';
}

export interface CdkOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Where it runs; the checkout, unless it is not to find the application. */
  readonly cwd?: string;
  /** Shows what it prints, as it does. */
  readonly verbose: boolean;
}

const SHOWN_LINES = 40;

/** Runs the CDK's command of this checkout. @throws CdkError */
export async function cdk(args: readonly string[], { env, cwd = ROOT, verbose }: CdkOptions): Promise<void> {
  const child = spawn(process.execPath, [CDK, ...args, '--ci', '--no-color'], {
    cwd,
    env: { ...env, CDK_DISABLE_CLI_TELEMETRY: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (verbose) process.stderr.write(text);
    });
  }
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code === 0) return;
  const last = output.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
  throw new CdkError(`cdk ${args[0]} ended with ${signal ?? code}${verbose ? '' : `:\n${last}`}`);
}
