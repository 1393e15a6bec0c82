import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { pipelines } from '../../../shared/pipelines/index.ts';
import { namedQueries } from '../../../shared/pipelines/queries.ts';
import { DEFAULT_DATA_DIR } from '../../local/data-dir.ts';
import type { Answer } from './answer.ts';
import { FORMATS, type Format, formatAnswer } from './format.ts';

const FAILED = 2;

interface Options {
  readonly file?: string;
  readonly named?: string;
  readonly format: Format;
  readonly data: string;
  readonly athena?: boolean;
  readonly workgroup: string;
  readonly database: string;
}

/** Adds `millrace query` to the program. */
export function addQueryCommand(program: Command): void {
  program
    .command('query')
    .description('Runs SQL on the lake: tables raw, rejected, and one per event type')
    .argument('[sql]', 'the statement; or give --file or --named')
    .option('--file <file>', 'read the statement from a file, or with - from standard input')
    .addOption(
      new Option('--named <name>', 'a statement that is kept under a name').choices(
        namedQueries.map(({ name }) => name),
      ),
    )
    .addOption(new Option('--format <format>', 'how the answer is printed').choices(FORMATS).default('table'))
    .option('--data <folder>', 'data folder of the local run', DEFAULT_DATA_DIR)
    .option('--athena', 'run it in Athena, with the AWS credentials of the environment')
    .addOption(
      new Option('--workgroup <name>', "Athena's workgroup").env('ATHENA_WORKGROUP').default('millrace-dev'),
    )
    .addOption(
      new Option('--database <name>', 'the Glue database').env('LAKE_DATABASE').default('millrace_dev'),
    )
    .action(async (sql: string | undefined, options: Options) => {
      try {
        const statement = statementOf(sql, options);
        const answer = await (options.athena === true
          ? askAthena(statement, options)
          : askLake(statement, options));
        console.log(formatAnswer(answer, options.format));
      } catch (error) {
        console.error(error instanceof Error ? error.message : String(error));
        process.exitCode = FAILED;
      }
    });
}

function statementOf(sql: string | undefined, { file, named }: Options): string {
  const found = namedQueries.find(({ name }) => name === named)?.sql;
  const given = [
    sql,
    found,
    file === undefined ? undefined : readFileSync(file === '-' ? 0 : file, 'utf8'),
  ].filter((statement) => statement !== undefined);
  const [statement] = given;
  if (statement === undefined || given.length > 1) {
    throw new RangeError('give one statement: as an argument, with --file or with --named');
  }
  return statement;
}

// What either needs is loaded when it is asked for: both are large.

async function askLake(sql: string, { data }: Options): Promise<Answer> {
  const [{ LakeDatabase }, { lakeFolder }] = await Promise.all([
    import('./database.ts'),
    import('./lake-folder.ts'),
  ]);
  const types = pipelines.flatMap((pipeline) => pipeline.types);
  const database = await LakeDatabase.open(lakeFolder(data), types);
  try {
    return await database.query(sql);
  } finally {
    database.close();
  }
}

async function askAthena(sql: string, { workgroup, database }: Options): Promise<Answer> {
  const [{ AthenaClient }, { queryAthena }] = await Promise.all([
    import('@aws-sdk/client-athena'),
    import('./athena.ts'),
  ]);
  const progress = process.stderr.isTTY
    ? (text: string) => process.stderr.write(`\r\x1b[K${text}`)
    : undefined;
  try {
    const place = { workGroup: workgroup, database };
    return await queryAthena(new AthenaClient(), place, sql, { ...(progress && { onProgress: progress }) });
  } finally {
    progress?.('');
  }
}
