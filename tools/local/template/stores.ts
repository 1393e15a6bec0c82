import { z } from 'zod';
import type { SecretSpec, StreamSpec, TableSpec } from './model.ts';
import { number, read } from './properties.ts';
import type { Resource } from './scopes.ts';

const Stream = z.object({ ShardCount: number.default(1), RetentionPeriodHours: number.default(24) });

export function streamSpec(resource: Resource): StreamSpec {
  const { ShardCount, RetentionPeriodHours } = read(resource, Stream);
  return { name: resource.name, shards: ShardCount, retentionHours: RetentionPeriodHours };
}

const KeySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

const Table = z.object({
  KeySchema,
  AttributeDefinitions: z.array(
    z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  GlobalSecondaryIndexes: z
    .array(
      z.object({
        IndexName: z.string(),
        KeySchema,
        Projection: z.object({
          ProjectionType: z.string().optional(),
          NonKeyAttributes: z.array(z.string()).optional(),
        }),
      }),
    )
    .default([]),
});

export function tableSpec(resource: Resource): TableSpec {
  const table = read(resource, Table);
  return {
    name: resource.name,
    keySchema: table.KeySchema,
    attributes: table.AttributeDefinitions,
    indexes: table.GlobalSecondaryIndexes,
  };
}

const Secret = z.object({
  GenerateSecretString: z
    .object({
      SecretStringTemplate: z.string().default('{}'),
      GenerateStringKey: z.string().optional(),
      PasswordLength: number.default(32),
    })
    .default({ SecretStringTemplate: '{}', PasswordLength: 32 }),
});

export function secretSpec(resource: Resource): SecretSpec {
  const { SecretStringTemplate, GenerateStringKey, PasswordLength } = read(
    resource,
    Secret,
  ).GenerateSecretString;
  return {
    name: resource.name,
    template: JSON.parse(SecretStringTemplate) as Record<string, unknown>,
    generatedKey: GenerateStringKey,
    length: PasswordLength,
  };
}
