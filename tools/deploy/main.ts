import { Command, InvalidArgumentError } from 'commander';
import { DEFAULT_NAME } from '../deployed/deployed.ts';
import { DEFAULT_ENDPOINT, emulatorPlace } from '../deployed/emulator-place.ts';
import { deployLocal, destroyLocal } from './local.ts';

interface Options {
  readonly endpoint?: string;
  readonly env: string;
  readonly prefix: string;
  readonly context: Readonly<Record<string, string>>;
  readonly destroy?: boolean;
  readonly verbose?: boolean;
}

const program = new Command('npm run deploy:local --')
  .description('Deploys the whole application to an emulator of AWS: LocalStack, MiniStack, or one like them')
  .option('--endpoint <url>', `where it listens (default: AWS_ENDPOINT_URL, or ${DEFAULT_ENDPOINT})`)
  .option('--env <name>', 'environment', DEFAULT_NAME.environment)
  .option('--prefix <prefix>', "first part of the stacks' names", DEFAULT_NAME.prefix)
  .option('-c, --context <key=value>', 'more choices, as for the CDK; may be repeated', addContext, {})
  .option('--destroy', 'destroys the deployment and what it holds')
  .option('--verbose', "shows the CDK's own output")
  .action(async ({ endpoint, env, prefix, context, destroy, verbose = false }: Options) => {
    const run = destroy ? destroyLocal : deployLocal;
    const told = await run({
      place: emulatorPlace(endpoint ?? process.env.AWS_ENDPOINT_URL),
      name: { environment: env, prefix },
      context,
      verbose,
      say: (text) => console.error(text),
    });
    console.log(told);
  });

function addContext(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [, key, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError('use key=value');
  return { ...before, [key]: value };
}

// Which Node the functions run on is not this program's business.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
