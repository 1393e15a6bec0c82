import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { S3Client } from '@aws-sdk/client-s3';
import type { RunInfo } from '../../local/run.ts';
import { RUN_FILE } from '../../local/run-file.ts';

/** Where a deployment's lake, streams and state are. */
export interface Place {
  readonly s3: S3Client;
  readonly kinesis: KinesisClient;
  readonly dynamodb: DynamoDBClient;
  readonly bucket: string;
  /** `undefined` where it was not said: then nobody can tell what is late. */
  readonly stateTable: string | undefined;
}

export interface PlaceOptions {
  readonly data: string;
  readonly bucket?: string;
  readonly stateTable?: string;
  readonly endpoint?: string;
}

/** Neither a bucket was named nor is there a local run. */
export class NoRunError extends Error {
  override readonly name = 'NoRunError';
}

/**
 * The deployment whose bucket is named, with the AWS credentials, region and endpoint of the environment; otherwise the local run
 * of a data folder.
 *
 * @throws NoRunError
 */
export async function openPlace({ data, bucket, stateTable, endpoint }: PlaceOptions): Promise<Place> {
  if (bucket !== undefined) {
    if (endpoint !== undefined) process.env.AWS_ENDPOINT_URL = endpoint;
    return { ...(await clients()), bucket, stateTable };
  }
  const run = readRun(data);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: run.endpoints.s3,
    AWS_ENDPOINT_URL_KINESIS: run.endpoints.kinesis,
    AWS_ENDPOINT_URL_DYNAMODB: run.endpoints.dynamodb,
    AWS_REGION: run.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  const [found] = run.buckets;
  if (found === undefined) throw new NoRunError(`the run in ${data} has no bucket`);
  return {
    ...(await clients()),
    bucket: found,
    stateTable: run.tables.find((name) => /state/i.test(name)),
  };
}

function readRun(data: string): RunInfo {
  const file = join(data, RUN_FILE);
  if (!existsSync(file)) {
    throw new NoRunError(
      `nothing runs in ${data}: start a local run ("npm start") or name its folder with --data; for AWS give --bucket`,
    );
  }
  return JSON.parse(readFileSync(file, 'utf8')) as RunInfo;
}

/** The SDK is loaded only here: it would slow down every other command. */
async function clients() {
  const [{ createS3Client }, { createKinesisClient }, { createDynamoDBClient }] = await Promise.all([
    import('../../../shared/runtime/clients/s3.ts'),
    import('../../../shared/runtime/clients/kinesis.ts'),
    import('../../../shared/runtime/clients/dynamodb.ts'),
  ]);
  return { s3: createS3Client(), kinesis: createKinesisClient(), dynamodb: createDynamoDBClient() };
}
