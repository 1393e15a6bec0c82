import { type Command, Option } from 'commander';
import { ATHENA, DUCKDB } from '../../../shared/audit/fields.ts';
import type { Report } from '../../../shared/audit/judge.ts';
import { pipelines } from '../../../shared/pipelines/index.ts';
import { DEFAULT_DATA_DIR } from '../../local/data-dir.ts';
import { FORMATS, type Format } from '../query/format.ts';
import { parseTimeOption } from '../time-option.ts';
import { findStage } from './find-stage.ts';
import { printReport } from './print.ts';

const DIFFERENT = 1;
const FAILED = 2;

interface Options {
  readonly stage: string;
  readonly from?: number;
  readonly to?: number;
  readonly format: Format;
  readonly limit: string;
  readonly data: string;
  readonly sql?: boolean;
  readonly url?: string;
  readonly key: string;
  readonly athena?: boolean;
  readonly workgroup: string;
  readonly database: string;
}

/** Adds `millrace audit` to the program. */
export function addAuditCommand(program: Command): void {
  program
    .command('audit')
    .description('Recomputes a window stage from the lake by SQL and compares it with what the stage emitted')
    .requiredOption('--stage <name>', 'the window stage')
    .option(
      '--from <time>',
      'windows that begin at or after this: ISO 8601 or epoch milliseconds',
      parseTimeOption,
    )
    .option('--to <time>', 'windows that end at or before this', parseTimeOption)
    .addOption(
      new Option('--format <format>', 'how differences are printed').choices(FORMATS).default('table'),
    )
    .option('--limit <count>', 'how many differences are printed', '100')
    .option('--sql', 'print the statement, too, on standard error')
    .option('--data <folder>', 'data folder of the local run', DEFAULT_DATA_DIR)
    .option('--url <url>', 'compare with the results that the query API shows, not with those in the lake')
    .addOption(new Option('--key <key>', 'key for the query API').env('MILLRACE_KEY').default('local'))
    .option('--athena', 'run it in Athena, with the AWS credentials of the environment')
    .addOption(
      new Option('--workgroup <name>', "Athena's workgroup").env('ATHENA_WORKGROUP').default('millrace-dev'),
    )
    .addOption(
      new Option('--database <name>', 'the Glue database').env('LAKE_DATABASE').default('millrace_dev'),
    )
    .action(async (options: Options) => {
      try {
        const report = await run(options);
        console.log(printReport(options.stage, report, options.format));
        if (report.differing > 0) process.exitCode = DIFFERENT;
        else if (report.compared + report.open === 0) {
          console.error('there is nothing to compare in that range: neither events nor results');
          process.exitCode = FAILED;
        }
      } catch (error) {
        console.error(error instanceof Error ? error.message : String(error));
        process.exitCode = FAILED;
      }
    });
}

async function run({ from, to, ...options }: Options): Promise<Report> {
  const { pipeline, stage } = findStage(pipelines, options.stage);
  const limit = Number(options.limit);
  if (!Number.isSafeInteger(limit) || limit < 0) throw new RangeError('--limit is a whole number');
  const { auditStage, AuditError } = await import('./engine.ts');
  const request = {
    pipeline: pipeline.name,
    stage,
    from,
    to,
    limit,
    ...(options.sql === true && { onStatement: (sql: string) => console.error(sql) }),
  };
  if (options.athena === true) {
    if (options.url !== undefined) throw new AuditError('--url and --athena do not go together');
    const { athenaRows } = await import('./athena-rows.ts');
    const place = { workGroup: options.workgroup, database: options.database };
    return auditStage({ dialect: ATHENA, rows: athenaRows(place) }, request);
  }
  const [{ LakeDatabase }, { lakeFolder }, { apiResults }] = await Promise.all([
    import('../query/database.ts'),
    import('../query/lake-folder.ts'),
    import('./api-results.ts'),
  ]);
  const types = pipelines.flatMap((declared) => declared.types);
  const database = await LakeDatabase.open(lakeFolder(options.data), types);
  try {
    return await auditStage(
      {
        dialect: DUCKDB,
        rows: (sql) => database.rows(sql),
        fill: (table, columns, rows) => database.fill(table, columns, rows),
      },
      options.url === undefined
        ? request
        : { ...request, emitted: apiResults({ url: options.url, key: options.key, stage, from, to }) },
    );
  } finally {
    database.close();
  }
}
