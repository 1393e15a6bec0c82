import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LIMITS } from '../../../shared/ingest/limits.ts';
import type { EventType } from '../../../shared/pipeline/index.ts';
import { spanOf } from '../../../shared/pipeline/index.ts';
import { pipelines } from '../../../shared/pipelines/index.ts';
import { faultMessage } from '../../../shared/runtime/faults.ts';
import type { Format } from './blocks.ts';
import type { Refusal } from './items.ts';
import { showProgress } from './progress.ts';
import { type Progress, sendSource } from './send.ts';
import { openSource } from './source.ts';
import { summarize } from './summary.ts';

/** How `millrace send` ends: part of its interface. */
export const EXIT = { accepted: 0, rejected: 1, failed: 2 } as const;

interface Options {
  readonly type: EventType;
  readonly url: URL;
  readonly key: string;
  readonly batch: number;
  readonly rate?: number;
  readonly format?: Format;
  readonly wait: number;
  readonly rejected?: string;
}

/** How many refused lines the summary shows. */
const FIRST_REASONS = 10;

/** Adds `millrace send` to the program. */
export function addSendCommand(program: Command): void {
  const { PORT } = process.env;
  program
    .command('send')
    .summary('send a file of events')
    .description(
      'Sends the events of a file in its order: NDJSON or CSV, also compressed with gzip. An event without an id gets ' +
        'one from its line, so sending the same file again counts nothing twice.\n' +
        'Exit status: 0 all accepted, 1 some rejected, 2 sending failed.',
    )
    .argument('<file>', 'file to send, - for standard input')
    .requiredOption('-t, --type <type>', 'event type, as declared in shared/pipelines', parseType)
    .option('-u, --url <url>', 'address of Millrace', parseUrl, parseUrl(`http://127.0.0.1:${PORT || 4000}`))
    .addOption(new Option('-k, --key <key>', 'write key').env('MILLRACE_KEY').default('local'))
    .option('-r, --rate <events>', 'events per second (default: as fast as they are stored)', parsePositive)
    .option('-b, --batch <events>', 'events per request', parseCount, 5_000)
    .option(
      '-w, --wait <seconds>',
      'how long to go on trying while nothing can be stored',
      parsePositive,
      120,
    )
    .addOption(
      new Option('-f, --format <format>', 'what the file holds (default: seen from it)').choices([
        'ndjson',
        'csv',
      ]),
    )
    .option('--rejected <file>', 'write the rejected lines and the reasons to a file, as NDJSON')
    .action(async (file: string, options: Options) => {
      process.exitCode = await send(file, options);
    });
}

async function send(file: string, options: Options): Promise<number> {
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const first: Refusal[] = [];
  let progress: Progress = { accepted: 0, rejected: 0, retried: 0 };
  let failure: string | undefined;
  let rejectedFile: WriteStream | undefined;
  const began = performance.now();
  try {
    const source = await openSource(file, interrupt.signal);
    if (options.rejected !== undefined) rejectedFile = await createFile(options.rejected);
    const view = showProgress(source);
    try {
      progress = await sendSource(
        source,
        {
          ...options,
          rate: options.rate ?? Number.POSITIVE_INFINITY,
          span: spanOf(options.type, pipelines),
          patience: options.wait * 1000,
          signal: interrupt.signal,
        },
        {
          progress: (now) => {
            progress = { ...now };
            view.update(now);
          },
          rejected: (refusal) => {
            if (first.length < FIRST_REASONS) first.push(refusal);
            rejectedFile?.write(`${JSON.stringify(refusal)}\n`);
          },
          retrying: (reason, delay) =>
            view.note(`${reason}; trying again in ${Math.ceil(delay / 100) / 10} s`),
        },
      );
    } finally {
      view.stop();
    }
  } catch (error) {
    failure = interrupt.signal.aborted ? 'interrupted' : faultMessage(error);
  }
  // What is left of standard input would keep the process alive.
  interrupt.abort();
  if (rejectedFile !== undefined) await finished(rejectedFile.end());
  const seconds = (performance.now() - began) / 1000;
  process.stdout.write(summarize({ ...progress, first, failure, seconds, rejectedFile: options.rejected }));
  if (failure !== undefined) return EXIT.failed;
  return progress.rejected > 0 ? EXIT.rejected : EXIT.accepted;
}

/** Opens a file for writing before anything is sent, so that a wrong path does not show at the end. */
async function createFile(path: string): Promise<WriteStream> {
  const file = createWriteStream(path);
  await new Promise<void>((resolve, reject) => {
    file.once('open', () => resolve());
    file.once('error', reject);
  });
  return file;
}

function parseType(name: string): EventType {
  const types = pipelines.flatMap((pipeline) => pipeline.types);
  const type = types.find((candidate) => candidate.name === name);
  if (type !== undefined) return type;
  throw new InvalidArgumentError(`Declared are: ${types.map((candidate) => candidate.name).join(', ')}.`);
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new InvalidArgumentError('Give an address such as http://127.0.0.1:4000.');
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

function parsePositive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || value === Number.POSITIVE_INFINITY)
    throw new InvalidArgumentError('Give a positive number.');
  return value;
}

function parseCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > LIMITS.events) {
    throw new InvalidArgumentError(`Give a whole number from 1 to ${LIMITS.events}.`);
  }
  return value;
}
