import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pipeline, StageInput, WindowStage } from '../../../shared/pipeline/index.ts';
import type { Place } from '../../deployed/clients.ts';
import { type DeploymentName, findDeployed, outputOf, streamOutput } from '../../deployed/deployed.ts';
import type { RunInfo } from '../../local/run.ts';
import { RUN_FILE } from '../../local/run-file.ts';

/** What a replay needs of a deployment or a local run. */
export interface ReplayResources {
  /** The stream that the stage reads. */
  readonly input: string;
  readonly late: string;
  readonly results: string;
  readonly stateTable: string;
  readonly lake: string;
  readonly places: { readonly kinesis: Place; readonly dynamodb: Place; readonly s3: Place };
}

/** There is nothing to replay in. */
export class NoRunError extends Error {
  override readonly name = 'NoRunError';
}

/** What a stage's stream is for: see `streamOutput`. */
const roleOf = (from: StageInput): string =>
  from.kind === 'type' ? 'events' : from.kind === 'window' ? 'results' : from.name;

/** The resources of a deployment, by the outputs of its stacks. */
export async function deployedResources(
  name: DeploymentName,
  pipeline: Pipeline,
  stage: WindowStage,
): Promise<ReplayResources> {
  const deployed = await findDeployed({}, name);
  const stream = (role: string): string => outputOf(deployed, streamOutput(pipeline.name, role));
  return {
    input: stream(roleOf(stage.from)),
    late: stream('late'),
    results: stream('results'),
    stateTable: outputOf(deployed, 'StateTable'),
    lake: outputOf(deployed, 'LakeBucket'),
    places: { kinesis: {}, dynamodb: {}, s3: {} },
  };
}

/**
 * The resources of a local run that is up.
 *
 * @throws NoRunError where none is
 */
export function localResources(dataDir: string, pipeline: Pipeline, stage: WindowStage): ReplayResources {
  const file = join(dataDir, RUN_FILE);
  if (!existsSync(file)) {
    throw new NoRunError(
      `no local run with its data in ${dataDir} is up: start it ("npm start"), or name its folder with --data`,
    );
  }
  return resourcesOfRun(JSON.parse(readFileSync(file, 'utf8')) as RunInfo, pipeline, stage);
}

/** @throws NoRunError where the run was started with another declaration */
export function resourcesOfRun(
  { endpoints, region, streams, tables, buckets }: RunInfo,
  pipeline: Pipeline,
  { from }: WindowStage,
): ReplayResources {
  const place = (endpoint: string): Place => ({
    endpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  // As `physicalName` makes them: no part has an underscore.
  const stream = (...role: readonly string[]): string => {
    const end = ['', pipeline.name, ...role].join('_');
    return found(
      streams.find((name) => name.endsWith(end)),
      `stream "${role.join(' ')}" of ${pipeline.name}`,
    );
  };
  return {
    input: from.kind === 'filter' ? stream('filtered', from.name) : stream(roleOf(from)),
    late: stream('late'),
    results: stream('results'),
    stateTable: found(
      tables.find((name) => name.endsWith('_state')),
      'state table',
    ),
    lake: found(buckets[0], 'lake'),
    places: {
      kinesis: place(endpoints.kinesis),
      dynamodb: place(endpoints.dynamodb),
      s3: place(endpoints.s3),
    },
  };
}

function found(name: string | undefined, what: string): string {
  if (name === undefined)
    throw new NoRunError(`the local run has no ${what}: was it started with another declaration?`);
  return name;
}
