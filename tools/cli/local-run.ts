import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunInfo } from '../local/run.ts';
import { RUN_FILE } from '../local/run-file.ts';

/** Nothing of a deployment was named, and there is no local run either. */
export class NoRunError extends Error {
  override readonly name = 'NoRunError';
}

/**
 * Points the AWS clients of this process to the emulators of a local run.
 *
 * @param data - its data folder
 * @param forAws - the option that names a deployment instead, for the message
 * @throws NoRunError
 */
export function useLocalRun(data: string, forAws: string): RunInfo {
  const file = join(data, RUN_FILE);
  if (!existsSync(file)) {
    throw new NoRunError(
      `nothing runs in ${data}: start a local run ("npm start") or name its folder with --data; for AWS give ${forAws}`,
    );
  }
  const run = JSON.parse(readFileSync(file, 'utf8')) as RunInfo;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: run.endpoints.s3,
    AWS_ENDPOINT_URL_KINESIS: run.endpoints.kinesis,
    AWS_ENDPOINT_URL_DYNAMODB: run.endpoints.dynamodb,
    AWS_REGION: run.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  return run;
}
