import { type Command, Option } from 'commander';
import type { KeyStore } from './store.ts';

const FAILED = 2;
/** Enough of a hash to tell keys apart. */
const SHORT_HASH = 12;

interface Options {
  readonly table: string;
}

/** Adds `millrace keys` to the program. */
export function addKeysCommand(program: Command): void {
  const keys = program
    .command('keys')
    .description('Manages write keys in the keys table, with the AWS credentials of the environment');

  add(keys, 'create <name>', 'make a key and print it, once', async (store, name = '') => {
    console.log(await store.create(name));
  });
  add(keys, 'list', 'list the keys: name, time of creation, beginning of the hash', async (store) => {
    for (const { name, createdAt, hash, disabled } of await store.list()) {
      console.log([name, createdAt, hash.slice(0, SHORT_HASH), disabled ? 'revoked' : 'in use'].join('\t'));
    }
  });
  add(
    keys,
    'revoke <name>',
    'disable a key, by its name or the beginning of its hash',
    async (store, name = '') => {
      const { hash } = await store.revoke(name);
      console.log(`revoked ${name} (${hash.slice(0, SHORT_HASH)}); it stops working within a minute`);
    },
  );
}

function add(
  keys: Command,
  usage: string,
  description: string,
  run: (store: KeyStore, name?: string) => Promise<void>,
): void {
  keys
    .command(usage)
    .description(description)
    .addOption(
      new Option('--table <table>', 'name of the keys table').env('KEYS_TABLE').makeOptionMandatory(),
    )
    .action(async (...given: unknown[]) => {
      const name = typeof given[0] === 'string' ? given[0] : undefined;
      const { table } = given.find((one) => typeof one === 'object') as Options;
      try {
        await run(await open(table), name);
      } catch (error) {
        console.error(error instanceof Error ? error.message : String(error));
        process.exitCode = FAILED;
      }
    });
}

/** The SDK is loaded only here: it would slow down every other command. */
async function open(table: string): Promise<KeyStore> {
  const [{ createDynamoDBClient }, { KeyStore: Store }] = await Promise.all([
    import('../../../shared/runtime/clients/dynamodb.ts'),
    import('./store.ts'),
  ]);
  return new Store(createDynamoDBClient(), table);
}
