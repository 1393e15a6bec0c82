import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { pipelines } from '../../../shared/pipelines/index.ts';
import { DEFAULT_DATA_DIR } from '../../local/start-local.ts';
import { LakeDatabase } from './database.ts';
import { FORMATS, type Format, formatAnswer } from './format.ts';
import { lakeFolder } from './lake-folder.ts';

const FAILED = 2;

interface Options {
  readonly file?: string;
  readonly format: Format;
  readonly data: string;
}

/** Adds `millrace query` to the program. */
export function addQueryCommand(program: Command): void {
  program
    .command('query')
    .description('Runs SQL on the lake: tables raw, rejected, and one per event type')
    .argument('[sql]', 'the statement; or give --file')
    .option('--file <file>', 'read the statement from a file, or with - from standard input')
    .addOption(new Option('--format <format>', 'how the answer is printed').choices(FORMATS).default('table'))
    .option('--data <folder>', 'data folder of the local run', DEFAULT_DATA_DIR)
    .action(async (sql: string | undefined, options: Options) => {
      try {
        console.log(await answerOf(statementOf(sql, options.file), options));
      } catch (error) {
        console.error(error instanceof Error ? error.message : String(error));
        process.exitCode = FAILED;
      }
    });
}

async function answerOf(sql: string, { data, format }: Options): Promise<string> {
  const types = pipelines.flatMap((pipeline) => pipeline.types);
  const database = await LakeDatabase.open(lakeFolder(data), types);
  try {
    return formatAnswer(await database.query(sql), format);
  } finally {
    database.close();
  }
}

function statementOf(sql: string | undefined, file: string | undefined): string {
  if ((sql === undefined) === (file === undefined))
    throw new RangeError('give a statement, or a file with one');
  return sql ?? readFileSync(file === '-' || file === undefined ? 0 : file, 'utf8');
}
