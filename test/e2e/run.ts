/**
 * `npm run test:e2e`: the end-to-end suite against a local run of its own, a deployment on an emulator, or one in an account.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { DEFAULT_NAME } from '../../tools/deployed/deployed.ts';
import { emulatorPlace, environmentAt } from '../../tools/deployed/emulator-place.ts';
import { writeChoice } from './target/choice.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));

interface Options {
  readonly embedded?: boolean;
  readonly endpoint?: string;
  readonly profile?: string;
  readonly env: string;
  readonly prefix: string;
}

await new Command('npm run test:e2e --')
  .description(
    'Runs the end-to-end suite: against a local run that it starts; with --endpoint or AWS_ENDPOINT_URL against a deployment ' +
      'on an emulator; with --profile against one in an AWS account',
  )
  .option('--embedded', 'a local run, whatever AWS_ENDPOINT_URL says')
  .option('--endpoint <url>', 'the emulator (default: AWS_ENDPOINT_URL)')
  .option('--profile <name>', 'profile of the AWS account and region')
  .option('--env <name>', 'environment of the deployment', DEFAULT_NAME.environment)
  .option('--prefix <prefix>', "first part of its stacks' names", DEFAULT_NAME.prefix)
  .argument('[vitest...]', 'options for vitest, after another --')
  .action(async (vitest: string[], options: Options) => {
    const child = spawn(process.execPath, [VITEST, 'run', '--config', 'vitest.e2e.config.ts', ...vitest], {
      cwd: ROOT,
      stdio: 'inherit',
      env: environmentOf(options),
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    process.exitCode = code ?? 1;
  })
  .parseAsync();

function environmentOf({ embedded, profile, endpoint, env, prefix }: Options): NodeJS.ProcessEnv {
  const name = { environment: env, prefix };
  if (profile !== undefined) {
    const { AWS_ENDPOINT_URL: _, ...others } = process.env;
    return { ...others, AWS_PROFILE: profile, ...writeChoice({ kind: 'aws', ...name }) };
  }
  const address = embedded === true ? undefined : (endpoint ?? process.env.AWS_ENDPOINT_URL);
  if (address === undefined) return { ...process.env, ...writeChoice({ kind: 'embedded' }) };
  const place = emulatorPlace(address);
  return { ...environmentAt(place), ...writeChoice({ kind: 'emulator', endpoint: place.endpoint, ...name }) };
}
