import { setTimeout as sleep } from 'node:timers/promises';
import { type AwsJsonClient, AwsJsonError } from '../aws-json.ts';
import type { TableSpec } from '../template/model.ts';

interface Description {
  readonly Table: {
    readonly TableStatus: string;
    readonly GlobalSecondaryIndexes?: readonly { readonly IndexName: string }[];
  };
}

/**
 * Creates the tables that do not exist yet, with their global secondary indexes.
 *
 * @returns what a person should know about the ones that do, one sentence each
 */
export async function createTables(dynamodb: AwsJsonClient, specs: readonly TableSpec[]): Promise<string[]> {
  const notes: string[] = [];
  for (const spec of specs) {
    const table = await describe(dynamodb, spec.name);
    if (table === undefined) {
      await create(dynamodb, spec);
      continue;
    }
    const present = (table.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName).sort();
    const wanted = spec.indexes.map(({ IndexName }) => IndexName).sort();
    if (present.join() !== wanted.join()) {
      notes.push(`table ${spec.name} keeps its indexes; the template has others (--fresh starts anew)`);
    }
  }
  return notes;
}

async function create(dynamodb: AwsJsonClient, spec: TableSpec): Promise<void> {
  await dynamodb.call('CreateTable', {
    TableName: spec.name,
    KeySchema: spec.keySchema,
    AttributeDefinitions: spec.attributes,
    BillingMode: 'PAY_PER_REQUEST',
    ...(spec.indexes.length > 0 ? { GlobalSecondaryIndexes: spec.indexes } : {}),
  });
  while ((await describe(dynamodb, spec.name))?.TableStatus !== 'ACTIVE') await sleep(5);
}

async function describe(dynamodb: AwsJsonClient, name: string): Promise<Description['Table'] | undefined> {
  try {
    return (await dynamodb.call<Description>('DescribeTable', { TableName: name })).Table;
  } catch (error) {
    if (error instanceof AwsJsonError && error.type === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
