import { type Command, InvalidArgumentError, Option } from 'commander';
import type { KeyLimits } from '../../../shared/ingest/keys.ts';
import { DEFAULT_DATA_DIR } from '../../local/data-dir.ts';
import { NoRunError, useLocalRun } from '../local-run.ts';
import { stateOf } from './state.ts';
import type { KeyStore } from './store.ts';

const FAILED = 2;
/** Enough of a hash to tell keys apart. */
const SHORT_HASH = 12;

interface Options {
  readonly table?: string;
  readonly data: string;
  readonly types?: readonly string[];
  readonly rate?: number;
  readonly quota?: number;
  readonly overlap?: number;
}

/** Producers are changed over within a day. */
const OVERLAP_HOURS = 24;
const HOUR_MS = 3_600_000;

/** Adds `millrace keys` to the program. */
export function addKeysCommand(program: Command): void {
  const keys = program
    .command('keys')
    .description(
      'Manages write keys: of a local run, or of the deployment whose keys table is named, with the AWS credentials of the environment',
    );

  add(keys, 'create <name>', 'make a key and print it, once', async (store, name, { types, rate, quota }) => {
    console.log(
      await store.create(name, { ...(types && { types }), ...(rate && { rate }), ...(quota && { quota }) }),
    );
  })
    .option('--types <types>', 'event types it may send, separated by commas; all where left out', list)
    .option('--rate <events>', 'events a second, on average over ten seconds', positive)
    .option('--quota <events>', 'events a day (UTC)', positive);
  add(
    keys,
    'list',
    'list the keys: name, time of creation, beginning of the hash, state, limits',
    async (store) => {
      const now = new Date();
      for (const key of await store.list()) {
        const { name, createdAt, hash, validUntil, limits } = key;
        const state = stateOf(key, now);
        const until = state === 'replaced' ? ` until ${new Date(validUntil ?? 0).toISOString()}` : '';
        const shown = [name, createdAt, hash.slice(0, SHORT_HASH), state + until, ...describe(limits)];
        console.log(shown.join('\t'));
      }
    },
  );
  add(
    keys,
    'rotate <name>',
    'print a new key of the same name and limits; the old one works on for a while',
    async (store, name, { overlap = OVERLAP_HOURS }) => {
      console.log(await store.rotate(name, overlap * HOUR_MS));
    },
  ).option('--overlap <hours>', `how long the old key still works (${OVERLAP_HOURS})`, positive);
  add(
    keys,
    'revoke <name>',
    'disable the keys of a name, or the one whose hash begins so',
    async (store, name) => {
      for (const { hash } of await store.revoke(name)) {
        console.log(`revoked ${name} (${hash.slice(0, SHORT_HASH)}); it stops working within a minute`);
      }
    },
  );
}

const describe = ({ types, rate, quota }: KeyLimits): string[] => [
  ...(types === undefined ? [] : [`types ${[...types].sort().join(',')}`]),
  ...(rate === undefined ? [] : [`${rate}/s`]),
  ...(quota === undefined ? [] : [`${quota}/day`]),
];

const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('use a number greater than 0');
  return value;
}

function add(
  keys: Command,
  usage: string,
  description: string,
  run: (store: KeyStore, name: string, options: Options) => Promise<void>,
): Command {
  return keys
    .command(usage)
    .description(description)
    .option('--data <folder>', 'data folder of the local run', DEFAULT_DATA_DIR)
    .addOption(
      new Option('--table <table>', "a deployment's keys table, in place of a local run").env('KEYS_TABLE'),
    )
    .action(async (...given: unknown[]) => {
      const name = typeof given[0] === 'string' ? given[0] : '';
      const options = given.find((one) => typeof one === 'object') as Options;
      try {
        await run(await open(options), name, options);
      } catch (error) {
        console.error(error instanceof Error ? error.message : String(error));
        process.exitCode = FAILED;
      }
    });
}

/** The SDK is loaded only here: it would slow down every other command. */
async function open({ table, data }: Options): Promise<KeyStore> {
  const name = table ?? tableOf(data);
  const [{ createDynamoDBClient }, { KeyStore: Store }] = await Promise.all([
    import('../../../shared/runtime/clients/dynamodb.ts'),
    import('./store.ts'),
  ]);
  return new Store(createDynamoDBClient(), name);
}

/** @throws NoRunError when nothing runs there */
function tableOf(data: string): string {
  const { KeysTable } = useLocalRun(data, '--table').outputs;
  if (KeysTable === undefined) throw new NoRunError(`the run in ${data} has no table of keys`);
  return KeysTable;
}
