import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AthenaClient, CreateWorkGroupCommand, type WorkGroupConfiguration } from '@aws-sdk/client-athena';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compactLake } from '../../shared/lake/compact.ts';
import { LakeObjects } from '../../shared/lake/object-store.ts';
import { typeTable } from '../../shared/lake/tables.ts';
import { pipelines } from '../../shared/pipelines/index.ts';
import { namedQueries } from '../../shared/pipelines/queries.ts';
import { queryAthena } from '../../tools/cli/query/athena.ts';
import { LakeDatabase } from '../../tools/cli/query/database.ts';
import { VERSION } from '../../tools/ministack/python.ts';
import { Server } from '../../tools/ministack/server.ts';
import { documentedStatements } from '../support/documented-statements.ts';
import { LakeWriter } from '../support/lake.ts';
import { startS3 } from '../support/local-s3.ts';
import { MemoryMarks } from '../support/memory-marks.ts';
import { temporaryFolder } from '../support/millrace-process.ts';
import { sampleLake } from '../support/sample-lake.ts';
import { resources, synthesizeSample } from '../unit/infra/support.ts';

/** Where `npm run ministack -- start` has installed it. */
const VENV =
  process.env.MINISTACK_VENV ??
  fileURLToPath(new URL(`../../.millrace/ministack/venv-${VERSION}`, import.meta.url));
const program = join(VENV, 'bin', 'ministack');
/** Its Athena runs statements only where DuckDB is there for its Python. */
const isThere =
  existsSync(program) && spawnSync(join(VENV, 'bin', 'python'), ['-c', 'import duckdb']).status === 0;
if (!isThere) {
  console.log(
    `skipped: no Athena to test against; "npm run ministack -- start" installs it (an older installation lacks DuckDB: delete ${VENV})`,
  );
}

/** Its Athena is a DuckDB, which lacks a function that Athena has, and has another that does the same. */
const inTheEmulator = (sql: string): string => sql.replaceAll('json_extract_scalar(', 'json_extract_string(');

const BUCKET = 'lake';
const HOUR_MS = 3_600_000;

describe.skipIf(!isThere)('the same statements in Athena, on the tables that are deployed', () => {
  const folder = temporaryFolder();
  const server = new Server(join(folder.path, 'ministack'));
  let athena: AthenaClient;
  let database: LakeDatabase;
  const place = { workGroup: 'millrace-dev', database: 'millrace_dev' };

  beforeAll(async () => {
    const s3 = await startS3(join(folder.path, 's3'));
    const types = pipelines.flatMap((pipeline) => pipeline.types);
    // Of an hour ago and more: compacted, so that both sides have typed tables.
    const start = Math.floor(Date.now() / HOUR_MS - 3) * HOUR_MS;
    sampleLake(new LakeWriter(s3.folder), start);
    await compactLake(
      {
        objects: new LakeObjects(s3.client, s3.bucket),
        tables: types.map(typeTable),
        scratch: join(folder.path, 'scratch'),
        memoryMb: 512,
        marks: new MemoryMarks(),
        now: Date.now,
        remaining: () => 600_000,
      },
      start,
      Date.now(),
    );
    database = await LakeDatabase.open(s3.folder, types);

    const { endpoint } = await server.start(program, 0);
    const client = {
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      requestHandler: new NodeHttpHandler(),
    };
    athena = new AthenaClient(client);
    await copyObjects(
      new LakeObjects(s3.client, s3.bucket),
      s3.folder,
      new S3Client({ ...client, forcePathStyle: true }),
    );
    await s3.stop();
    await deploy(endpoint, athena);
  }, 240_000);
  afterAll(async () => {
    database?.close();
    await server.stop();
    folder.remove();
  });

  test.each(namedQueries)('$name answers as it does locally', async ({ sql }) => {
    const local = await database.query(sql);
    expect(local.rows.length).toBeGreaterThan(0);
    const { columns, rows } = await queryAthena(athena, place, sql, { pollMs: 20 });
    expect(columns).toEqual(local.columns);
    expect(rows.map((row) => row.map(comparable))).toEqual(local.rows.map((row) => row.map(comparable)));
  });

  test.each(documentedStatements())(
    'a statement of the documentation answers as it does locally: %s',
    async (sql) => {
      const local = await database.query(sql);
      const { columns, rows } = await queryAthena(athena, place, inTheEmulator(sql), { pollMs: 20 });
      expect({ columns, rows: rows.map((row) => row.map(comparable)) }).toEqual({
        columns: local.columns,
        rows: local.rows.map((row) => row.map(comparable)),
      });
    },
  );

  test('an error names what is wrong', async () => {
    await expect(
      queryAthena(athena, place, 'SELECT device, recieve_bytes FROM network_traffic', { pollMs: 20 }),
    ).rejects.toThrow(/recieve_bytes/);
  });

  test('an answer of several pages is fetched whole', async () => {
    const sql =
      'SELECT a.id AS one, b.id AS other FROM raw a CROSS JOIN raw b ORDER BY one, other LIMIT 2500';
    const local = await database.query(sql);
    const answer = await queryAthena(athena, place, sql, { pollMs: 20 });
    expect(answer.rows).toHaveLength(2500);
    expect(answer.rows).toEqual(local.rows);
  });
});

/** Instants differ in how they are written, and sums of floating point numbers in their last digit. */
function comparable(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(12));
  const [, day, time] = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:[\d.]+)/.exec(String(value)) ?? [];
  return day === undefined ? value : new Date(`${day}T${time}Z`).getTime();
}

/** Creates what the synthesized template has in Glue and Athena, at the bucket of this test. */
async function deploy(endpoint: string, athena: AthenaClient): Promise<void> {
  // First: connections that nobody uses for seconds are closed.
  const assembly = synthesizeSample({ pipelines, queries: namedQueries, environment: 'dev' });
  const call = async (target: string, body: unknown) => {
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSGlue.${target}`,
        authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/glue/aws4_request',
      },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${target}: ${await answer.text()}`);
  };
  await call('CreateDatabase', { DatabaseInput: { Name: 'millrace_dev' } });
  for (const { properties } of resources(assembly, 'AWS::Glue::Table')) {
    await call('CreateTable', { DatabaseName: 'millrace_dev', TableInput: atBucket(properties.TableInput) });
  }
  const [group] = resources(assembly, 'AWS::Athena::WorkGroup');
  const { Name, WorkGroupConfiguration } = group?.properties ?? {};
  await athena.send(
    new CreateWorkGroupCommand({
      Name,
      Configuration: atBucket(WorkGroupConfiguration) as WorkGroupConfiguration,
    }),
  );
}

/** Puts the test's bucket in place of every reference: tables refer to nothing else. */
function atBucket(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(atBucket);
  if (typeof value !== 'object' || value === null) return value;
  const [[name, argument] = ['', undefined]] = Object.entries(value);
  if (name === 'Fn::Join') return (argument as [string, unknown[]])[1].map(atBucket).join('');
  if (name === 'Ref' || name.startsWith('Fn::')) return BUCKET;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, atBucket(each)]));
}

async function copyObjects(from: LakeObjects, folder: string, to: S3Client): Promise<void> {
  await to.send(new CreateBucketCommand({ Bucket: BUCKET }));
  for (const { key } of await from.list('')) {
    await to.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: readFileSync(join(folder, key)) }));
  }
}
