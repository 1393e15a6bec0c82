import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from '../deployed/clients.ts';
import {
  DEFAULT_NAME,
  type Deployed,
  findDeployed,
  NotDeployedError,
  runAsDeployed,
} from '../deployed/deployed.ts';
import { emulatorPlace } from '../deployed/emulator-place.ts';
import type { RunInfo } from '../local/run.ts';
import { RUN_FILE } from '../local/run-file.ts';
import type { PlaceOptions } from './place.ts';

/** Of a deployment, where none is named. */
export const DEFAULT_ENVIRONMENT = DEFAULT_NAME.environment;

/** Where a deployment is: where the shell points, or in the account of its credentials. */
export const deploymentPlace = (env: NodeJS.ProcessEnv = process.env): Place =>
  env.AWS_ENDPOINT_URL === undefined ? {} : emulatorPlace(env.AWS_ENDPOINT_URL, env);

/** Whether a local run is meant, and no deployment. */
export const meansLocalRun = (
  { env: environment }: PlaceOptions,
  env: NodeJS.ProcessEnv = process.env,
): boolean => environment === undefined && env.AWS_ENDPOINT_URL === undefined;

/** What is known of the local run in a data folder; undefined where none runs. */
export function readRun(data: string): RunInfo | undefined {
  try {
    return JSON.parse(readFileSync(join(data, RUN_FILE), 'utf8')) as RunInfo;
  } catch {
    return undefined;
  }
}

/**
 * Finds the Millrace that is meant.
 *
 * @throws NotDeployedError where there is none
 */
export async function locate(options: PlaceOptions): Promise<Deployed> {
  const { data, env, prefix } = options;
  if (!meansLocalRun(options)) {
    return findDeployed(deploymentPlace(), { prefix, environment: env ?? DEFAULT_ENVIRONMENT });
  }
  const run = readRun(data);
  if (run !== undefined) return runAsDeployed(run);
  throw new NotDeployedError(
    'there is no local run: start one ("npm start"), name its folder with --data, or a deployment with --env',
  );
}
