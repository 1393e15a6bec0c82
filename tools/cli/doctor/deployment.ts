import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { clientOptions, type Place } from '../../deployed/clients.ts';
import { apiUrlOf, type DeploymentName, deployedFrom, stacksOf } from '../../deployed/deployed.ts';
import { credentialsCheck, endpointCheck } from './checks/access.ts';
import { alarmsCheck } from './checks/alarms.ts';
import { apiCheck } from './checks/api.ts';
import { functionsCheck, mappingsCheck } from './checks/functions.ts';
import { progressCheck } from './checks/progress.ts';
import { quotaChecks } from './checks/quotas.ts';
import { bootstrapCheck, stackFindings } from './checks/stacks.ts';
import { type Finding, runChecks } from './finding.ts';

/** Looks at a deployment, on AWS or an emulator. What cannot be reached ends it: everything else would only repeat that. */
export async function examineDeployment(place: Place, name: DeploymentName): Promise<Finding[]> {
  const { endpoint } = place;
  const access: Finding[] = [];
  for (const check of [
    ...(endpoint === undefined ? [] : [endpointCheck(endpoint)]),
    credentialsCheck(place),
  ]) {
    access.push(...(await runChecks([check])));
    if (access.some(({ level }) => level !== 'ok')) return access;
  }
  const stacks = await stacksOf(place, name);
  const resources = await resourcesOf(
    place,
    stacks.map(({ StackName = '' }) => StackName),
  );
  const functions = resources.get('AWS::Lambda::Function') ?? [];
  const deployed = deployedFrom(place, stacks);
  const isComplete = deployed.outputs.ApiUrl !== undefined && deployed.outputs.StateTable !== undefined;
  const findings = await runChecks([
    bootstrapCheck(place),
    { about: 'stacks', run: () => stackFindings(stacks, name) },
    ...quotaChecks(place, functions.length),
    ...(isComplete
      ? [
          functionsCheck(place, functions),
          mappingsCheck(place, functions),
          alarmsCheck(place, resources.get('AWS::CloudWatch::Alarm') ?? []),
          apiCheck(apiUrlOf(deployed)),
          progressCheck(deployed),
        ]
      : []),
  ]);
  return [...access, ...findings];
}

/** The names of the resources of stacks, by type. */
async function resourcesOf(place: Place, stacks: readonly string[]): Promise<Map<string, string[]>> {
  const client = new CloudFormationClient(clientOptions(place));
  const found = new Map<string, string[]>();
  try {
    for (const StackName of stacks) {
      for await (const page of paginateListStackResources({ client }, { StackName })) {
        for (const { ResourceType = '', PhysicalResourceId } of page.StackResourceSummaries ?? []) {
          if (PhysicalResourceId === undefined) continue;
          found.set(ResourceType, [...(found.get(ResourceType) ?? []), PhysicalResourceId]);
        }
      }
    }
  } finally {
    client.destroy();
  }
  return found;
}
