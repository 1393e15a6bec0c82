import { Stack } from 'aws-cdk-lib';
import { CfnTable } from 'aws-cdk-lib/aws-glue';
import type { Construct } from 'constructs';
import {
  CURATED_PREFIX,
  LATE_PREFIX,
  RAW_PREFIX,
  REJECTED_PREFIX,
  RESULTS_PREFIX,
} from '../../shared/lake/layout.ts';
import {
  ENVELOPE_COLUMNS,
  LATE_COLUMNS,
  RAW_COLUMNS,
  REJECTED_COLUMNS,
  RESULT_COLUMNS,
  type TypeTable,
} from '../../shared/lake/tables.ts';
import { type Column, glueType } from '../../shared/lake/types.ts';
import { pascalCase } from '../names.ts';
import type { BucketReference } from '../references.ts';

/** Where tables are made, and of what. */
export interface LakeTablesProps {
  readonly database: string;
  readonly lake: BucketReference;
}

/** How the objects of a table are read. */
interface Format {
  readonly input: string;
  readonly output: string;
  readonly serde: string;
}

/** @see https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html */
const JSON_LINES: Format = {
  input: 'org.apache.hadoop.mapred.TextInputFormat',
  output: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
  serde: 'org.openx.data.jsonserde.JsonSerDe',
};

/** @see https://docs.aws.amazon.com/athena/latest/ug/parquet-serde.html */
const PARQUET: Format = {
  input: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
  output: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
  serde: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
};

/**
 * A column by which objects are partitioned, and the values that it may have: Athena computes from them where to look, so that
 * nobody has to register partitions.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
 */
interface PartitionKey {
  readonly name: string;
  readonly type: string;
  readonly projection: Readonly<Record<string, string>>;
}

const DAY: PartitionKey = {
  name: 'dt',
  type: 'date',
  projection: { type: 'date', format: 'yyyy-MM-dd', range: 'NOW-5YEARS,NOW+1DAYS' },
};
const HOUR: PartitionKey = { name: 'hour', type: 'int', projection: { type: 'integer', range: '0,23' } };

/** Every event as it came. */
export const rawTable = (scope: Construct, props: LakeTablesProps): CfnTable =>
  table(scope, props, {
    name: 'raw',
    description: 'Every event as it came, with its place in its stream',
    columns: RAW_COLUMNS,
    keys: [DAY, HOUR],
    prefix: RAW_PREFIX,
    format: JSON_LINES,
  });

/** What came too late for windows. */
export const lateTable = (scope: Construct, props: LakeTablesProps): CfnTable =>
  table(scope, props, {
    name: 'late',
    description: 'What stages left out of windows because it came too late',
    columns: LATE_COLUMNS,
    keys: [DAY, HOUR],
    prefix: LATE_PREFIX,
    format: JSON_LINES,
  });

/** What windows came to. */
export const resultsTable = (scope: Construct, props: LakeTablesProps): CfnTable =>
  table(scope, props, {
    // The results of Athena's statements have a bucket of that name.
    id: 'WindowResults',
    name: 'results',
    description: 'What windows came to, every revision of every key',
    columns: RESULT_COLUMNS,
    keys: [DAY, HOUR],
    prefix: RESULTS_PREFIX,
    format: JSON_LINES,
  });

/** What could not be processed. */
export const rejectedTable = (
  scope: Construct,
  props: LakeTablesProps,
  stages: readonly string[],
): CfnTable =>
  table(scope, props, {
    name: 'rejected',
    description: 'What could not be processed: where it was, why, and its bytes in base64',
    columns: REJECTED_COLUMNS,
    keys: [{ name: 'stage', type: 'string', projection: { type: 'enum', values: stages.join(',') } }, DAY],
    prefix: REJECTED_PREFIX,
    format: JSON_LINES,
  });

/** The events of one type, by the hour of their arrival. */
export const eventTable = (
  scope: Construct,
  props: LakeTablesProps,
  { name, type, data }: TypeTable,
): CfnTable =>
  table(scope, props, {
    name,
    description: `Events of the type ${type}, each once`,
    columns: [...ENVELOPE_COLUMNS, ...data],
    keys: [DAY, HOUR],
    prefix: `${CURATED_PREFIX}${type}/`,
    format: PARQUET,
  });

interface TableOptions {
  /** Of the construct; by default the name. */
  readonly id?: string;
  readonly name: string;
  readonly description: string;
  readonly columns: readonly Column[];
  readonly keys: readonly PartitionKey[];
  readonly prefix: string;
  readonly format: Format;
}

function table(scope: Construct, { database, lake }: LakeTablesProps, options: TableOptions): CfnTable {
  const { name, description, columns, keys, prefix, format, id = name } = options;
  const location = `s3://${lake.bucketName}/${prefix}`;
  const projections = keys.flatMap(({ name: key, projection }) =>
    Object.entries(projection).map(([property, value]) => [`projection.${key}.${property}`, value] as const),
  );
  return new CfnTable(scope, pascalCase(id.replaceAll('_', '-')), {
    catalogId: Stack.of(scope).account,
    databaseName: database,
    tableInput: {
      name,
      description,
      tableType: 'EXTERNAL_TABLE',
      parameters: {
        EXTERNAL: 'TRUE',
        'projection.enabled': 'true',
        ...Object.fromEntries(projections),
        'storage.location.template': `${location}${keys.map(({ name: key }) => `${key}=\${${key}}`).join('/')}/`,
      },
      partitionKeys: keys.map(({ name: key, type }) => ({ name: key, type })),
      storageDescriptor: {
        location,
        columns: columns.map((column) => ({ name: column.name.toLowerCase(), type: glueType(column.type) })),
        inputFormat: format.input,
        outputFormat: format.output,
        serdeInfo: { serializationLibrary: format.serde },
      },
    },
  });
}
