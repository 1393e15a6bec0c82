import { CloudFormationClient, paginateDescribeStacks, type Stack } from '@aws-sdk/client-cloudformation';
import { pascalCase } from '../../infra/names.ts';
import { CREDENTIALS } from '../local/place.ts';
import type { RunInfo } from '../local/run.ts';
import { clientOptions, type Place } from './clients.ts';

/** Which deployment: its stacks are called `<prefix>-<environment>-...`. */
export interface DeploymentName {
  readonly prefix: string;
  readonly environment: string;
}

/** A Millrace that runs somewhere: what its stacks' outputs say. */
export interface Deployed {
  readonly place: Place;
  /** By the outputs' names, which docs/deployment.md lists. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** There is no such deployment, or it lacks what is asked for. */
export class NotDeployedError extends Error {
  override readonly name = 'NotDeployedError';
}

export const DEFAULT_NAME: DeploymentName = { prefix: 'millrace', environment: 'dev' };

const nameOf = ({ prefix, environment }: DeploymentName): string => `${prefix}-${environment}`;

/** The stacks of a deployment that exist, in whatever state. */
export const stacksOf = (place: Place, name: DeploymentName): Promise<Stack[]> =>
  stacksNamed(place, (stack) => stack.startsWith(`${nameOf(name)}-`));

/** What the CDK keeps in every account and region that it deploys to, in whatever state. */
export async function toolkitOf(place: Place): Promise<Stack | undefined> {
  const [toolkit] = await stacksNamed(place, (stack) => stack === 'CDKToolkit');
  return toolkit;
}

async function stacksNamed(place: Place, isWanted: (stack: string) => boolean): Promise<Stack[]> {
  const client = new CloudFormationClient(clientOptions(place));
  const stacks: Stack[] = [];
  try {
    for await (const page of paginateDescribeStacks({ client }, {})) {
      const wanted = (page.Stacks ?? []).filter(
        ({ StackName = '', StackStatus }) => isWanted(StackName) && StackStatus !== 'DELETE_COMPLETE',
      );
      stacks.push(...wanted);
    }
  } finally {
    client.destroy();
  }
  return stacks;
}

/** Whether a stack is as its last deployment wanted it. */
export const isComplete = ({ StackStatus = 'CREATE_FAILED' }: Stack): boolean =>
  /^(CREATE|UPDATE)_COMPLETE$/.test(StackStatus);

/**
 * Finds a deployment by its stacks.
 *
 * @throws NotDeployedError where there are none
 */
export async function findDeployed(place: Place, name: DeploymentName): Promise<Deployed> {
  const deployed = deployedFrom(place, await stacksOf(place, name));
  if (deployed.outputs.ApiUrl === undefined) {
    const where = place.endpoint ?? 'this account and region';
    throw new NotDeployedError(
      `${where} has no complete deployment "${nameOf(name)}": deploy it first (docs/deployment.md), or name another with --prefix and --env`,
    );
  }
  return deployed;
}

/** What stacks say of themselves. */
export const deployedFrom = (place: Place, stacks: readonly Stack[]): Deployed => ({
  place,
  outputs: Object.fromEntries(
    stacks.flatMap(({ Outputs = [] }) =>
      Outputs.map(({ OutputKey = '', OutputValue = '' }): [string, string] => [OutputKey, OutputValue]),
    ),
  ),
});

/** A local run, seen as a deployment. */
export const runAsDeployed = ({ endpoints, region, outputs }: RunInfo): Deployed => ({
  place: { endpoints, region, credentials: CREDENTIALS },
  outputs,
});

/** The value of an output. @throws NotDeployedError where there is none */
export function outputOf({ outputs }: Deployed, name: string): string {
  const value = outputs[name];
  if (value === undefined) throw new NotDeployedError(`the deployment has no output "${name}"`);
  return value;
}

/** What a stream of a pipeline is for: `events`, `results`, `late`, or the name of the filter stage that writes it. */
export const streamOutput = (pipeline: string, role: string): string =>
  `${pascalCase(pipeline)}${pascalCase(role)}Stream`;

/**
 * The address of the HTTP API. What an emulator says its address is has a name in front that few machines resolve;
 * LocalStack and those that follow it serve every API under a path, too.
 */
export function apiUrlOf(deployed: Deployed): string {
  const url = outputOf(deployed, 'ApiUrl');
  const id = /^https?:\/\/([a-z0-9]+)\.execute-api\./.exec(url)?.[1];
  const { endpoint } = deployed.place;
  if (endpoint === undefined || id === undefined) return url;
  return `${endpoint}/_aws/execute-api/${id}/$default`;
}
