import { type Command, InvalidArgumentError, Option } from 'commander';
import { pipelines } from '../../../shared/pipelines/index.ts';
import { faultMessage } from '../../../shared/runtime/faults.ts';
import { addPlaceOptions, type PlaceOptions } from '../place.ts';
import type { Start } from './follow-shard.ts';
import { FORMATS, type Format, formatItem } from './format.ts';
import { isWanted, streamsOf } from './select.ts';
import { parseStart } from './start.ts';

const FAILED = 2;
/** Lambda's own readers take one of the five reads a second that AWS allows, each. */
const AWS_INTERVAL_MS = 1_000;
const LOCAL_INTERVAL_MS = 200;
const REFRESH_MS = 10_000;

interface Options extends PlaceOptions {
  readonly type: readonly string[];
  readonly key: readonly string[];
  readonly from: Start;
  readonly format: Format;
  readonly limit?: number;
}

/** Adds `millrace tail` to the program. */
export function addTailCommand(program: Command): void {
  const command = program
    .command('tail')
    .summary('show events as they come')
    .description(
      'Shows what a stream holds, one event a line, whatever the format of its records, until it is interrupted.\n' +
        'Streams: events, results, late, or the name of a filter stage; of all pipelines, or of one as pipeline/results.',
    )
    .argument('[stream]', 'the stream', 'results')
    .option('-t, --type <type>', 'only events of a type, or of a stage; may be repeated', collect, [])
    .option('-k, --key <key>', 'only events of a key; may be repeated', collect, [])
    .addOption(
      new Option('--from <when>', 'where to begin: latest, oldest, a date-time, or a time ago ("10 minutes")')
        .default('latest' satisfies Start)
        .argParser((text) => parseStart(text)),
    )
    .addOption(new Option('--format <format>', 'how events are printed').choices(FORMATS).default('pretty'))
    .option('-n, --limit <events>', 'end after so many', parseLimit)
    .action(async (stream: string, options: Options) => {
      try {
        await tail(stream, options);
      } catch (error) {
        console.error(faultMessage(error));
        process.exitCode = FAILED;
      }
    });
  addPlaceOptions(command);
}

async function tail(name: string, options: Options): Promise<void> {
  // The SDK is loaded only here: it would slow down every other command.
  const [{ KinesisClient }, { clientOptions }, { locate }, { itemsOf }, { followStream }] = await Promise.all(
    [
      import('@aws-sdk/client-kinesis'),
      import('../../deployed/clients.ts'),
      import('../locate.ts'),
      import('./decode.ts'),
      import('./follow-stream.ts'),
    ],
  );
  const deployed = await locate(options);
  const streams = streamsOf(name, deployed, pipelines);
  const abort = new AbortController();
  const end = (): void => abort.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  // Whoever reads this may have seen enough: `millrace tail | head`.
  process.stdout.on('error', end);
  const { place } = deployed;
  const isAws = place.endpoint === undefined && place.endpoints === undefined;
  const client = new KinesisClient(clientOptions(place, 'kinesis'));
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  const wanted = { types: options.type, keys: options.key };
  try {
    await Promise.all(
      streams.map((stream) =>
        followStream({
          client,
          stream,
          start: options.from,
          interval: isAws ? AWS_INTERVAL_MS : LOCAL_INTERVAL_MS,
          refresh: REFRESH_MS,
          signal: abort.signal,
          onRecord(record, shard) {
            for (const item of itemsOf(stream, shard, record)) {
              if (left <= 0 || !isWanted(item, wanted)) continue;
              process.stdout.write(`${formatItem(item, options.format, streams.length > 1)}\n`);
              left--;
              if (left <= 0) end();
            }
          },
        }),
      ),
    );
  } finally {
    end();
    client.destroy();
  }
}

const collect = (text: string, before: readonly string[]): string[] => [...before, text];

function parseLimit(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('Give a whole number of at least 1.');
  return value;
}
