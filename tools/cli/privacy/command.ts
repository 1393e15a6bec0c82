import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Command, Option } from 'commander';
import type { PseudonymKey } from '../../../shared/privacy/pseudonyms.ts';

const FAILED = 2;

interface Options {
  readonly secret: string;
  readonly from?: string;
}

/** Adds `millrace privacy` to the program. */
export function addPrivacyCommand(program: Command): void {
  const privacy = program
    .command('privacy')
    .description('Manages the keys of pseudonyms, with the AWS credentials of the environment');

  add(privacy, 'keys', 'list the keys: id, and event time from which on each is used', async (keys) => {
    for (const { id, from } of keys) console.log([id, timeOf(from)].join('\t'));
  });
  add(
    privacy,
    'rotate',
    'add a key for events from a time in the future on',
    async (keys, { from }, _, save) => {
      const { rotated } = await import('./rotate.ts');
      const next = rotated(keys, Date.now(), from === undefined ? undefined : Date.parse(from));
      await save(next);
      const added = next.at(-1);
      console.log(`${added?.id} is used for events from ${timeOf(added?.from ?? 0)} on`);
    },
  ).option('--from <time>', 'event time, ISO 8601; by default a midnight UTC at least two hours away');
  add(privacy, 'pseudonyms <value>', 'the pseudonyms of a value, one per key', async (keys, _, value) => {
    const { Pseudonyms } = await import('../../../shared/privacy/pseudonyms.ts');
    for (const pseudonym of new Pseudonyms(keys).all(value)) console.log(pseudonym);
  });
}

const timeOf = (from: number): string =>
  from === Number.MIN_SAFE_INTEGER ? 'the beginning' : new Date(from).toISOString();

type Save = (keys: readonly PseudonymKey[]) => Promise<void>;

function add(
  privacy: Command,
  usage: string,
  description: string,
  run: (keys: readonly PseudonymKey[], options: Options, value: string, save: Save) => Promise<void>,
): Command {
  return privacy
    .command(usage)
    .description(description)
    .addOption(
      new Option('--secret <secret>', 'name or ARN of the secret')
        .env('PSEUDONYM_SECRET')
        .makeOptionMandatory(),
    )
    .action(async (...given: unknown[]) => {
      const value = typeof given[0] === 'string' ? given[0] : '';
      const options = given.find((one) => typeof one === 'object') as Options;
      try {
        const { keys, save } = await open(options.secret);
        await run(keys, options, value, save);
      } catch (error) {
        console.error(error instanceof Error ? error.message : String(error));
        process.exitCode = FAILED;
      }
    });
}

/** The SDK is loaded only here: it would slow down every other command. */
async function open(secret: string): Promise<{ keys: PseudonymKey[]; save: Save }> {
  const [{ createSecretsClient }, sdk, { parseKeyring, formatKeyring }] = await Promise.all([
    import('../../../shared/runtime/clients/secrets.ts'),
    import('@aws-sdk/client-secrets-manager'),
    import('../../../shared/privacy/keyring.ts'),
  ]);
  const client: SecretsManagerClient = createSecretsClient();
  const { SecretString } = await client.send(new sdk.GetSecretValueCommand({ SecretId: secret }));
  return {
    keys: parseKeyring(SecretString),
    async save(keys) {
      await client.send(
        new sdk.PutSecretValueCommand({ SecretId: secret, SecretString: formatKeyring(keys) }),
      );
    },
  };
}
