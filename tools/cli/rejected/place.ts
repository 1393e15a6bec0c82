import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { S3Client } from '@aws-sdk/client-s3';
import { NoRunError, useLocalRun } from '../local-run.ts';

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
  const run = useLocalRun(data, '--bucket');
  const [found] = run.buckets;
  if (found === undefined) throw new NoRunError(`the run in ${data} has no bucket`);
  return {
    ...(await clients()),
    bucket: found,
    stateTable: run.tables.find((name) => /state/i.test(name)),
  };
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
