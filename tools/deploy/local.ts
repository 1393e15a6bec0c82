import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { clientOptions } from '../deployed/clients.ts';
import { type DeploymentName, findDeployed, isComplete, stacksOf, toolkitOf } from '../deployed/deployed.ts';
import { type emulatorPlace, environmentAt } from '../deployed/emulator-place.ts';
import {
  assemblyFolder,
  forgetLocalDeployment,
  readLocalDeployment,
  writeLocalDeployment,
} from '../deployed/local-deployment.ts';
import { cdk } from './cdk.ts';
import { emptyBuckets } from './empty-buckets.ts';
import { emulatorAt, REFUSED_PROPERTIES, SILENT_LIMITS } from './emulator.ts';
import { leaveOut, unknownTypes } from './probe.ts';
import { report } from './report.ts';
import { resourceTypes } from './resource-types.ts';
import { writeKey } from './write-key.ts';

export interface LocalOptions {
  readonly place: ReturnType<typeof emulatorPlace>;
  readonly name: DeploymentName;
  /** More context of the CDK's command line. */
  readonly context: Readonly<Record<string, string>>;
  readonly verbose: boolean;
  readonly say: (text: string) => void;
}

/** Deploys the application to an emulator, or brings the deployment there up to date. @returns what to tell about it */
export async function deployLocal({ place, name, context, verbose, say }: LocalOptions): Promise<string> {
  const began = performance.now();
  const { endpoint } = place;
  const { product, version } = await emulatorAt(endpoint);
  say(`${product}${version === undefined ? '' : ` ${version}`} answers at ${endpoint}`);
  const wanted = { env: name.environment, prefix: name.prefix, ...context };
  const types = resourceTypes(wanted);
  const names = [...types.keys()].filter((name) => !name.includes('/'));
  const left = leaveOut(await unknownTypes(place, names), types, REFUSED_PROPERTIES[product]);
  for (const sentence of left.sentences) say(`leaving out ${sentence}`);
  await bootstrap({ place, verbose, say });

  say('deploying');
  await cdk(
    [
      ...['deploy', '--all', '--require-approval', 'never', '--concurrency', '4'],
      ...['--output', assemblyFolder(name)],
      ...Object.entries({ ...wanted, ...left.context }).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ],
    { env: environmentAt(place), verbose },
  );
  const deployed = await findDeployed(place, name);
  const last = readLocalDeployment(name);
  const key = await writeKey(deployed, last?.endpoint === endpoint ? last.key : undefined);
  writeLocalDeployment({ ...name, endpoint, key });
  const seconds = (performance.now() - began) / 1_000;
  return report({ deployed, name, key, leftOut: [...left.sentences, ...SILENT_LIMITS[product]], seconds });
}

async function bootstrap({ place, verbose, say }: Pick<LocalOptions, 'place' | 'verbose' | 'say'>) {
  const toolkit = await toolkitOf(place);
  if (toolkit !== undefined && isComplete(toolkit)) return;
  say('bootstrapping');
  const sts = new STSClient(clientOptions(place));
  const { Account } = await sts.send(new GetCallerIdentityCommand({}));
  sts.destroy();
  // Where there is no cdk.json: bootstrapping does not need the application, and would synthesize it.
  await cdk(['bootstrap', `aws://${Account}/${place.region}`], {
    env: environmentAt(place),
    cwd: tmpdir(),
    verbose,
  });
}

/** Destroys a deployment on an emulator with everything that it holds. @returns what to tell about it */
export async function destroyLocal({ place, name, context, verbose, say }: LocalOptions): Promise<string> {
  const began = performance.now();
  await emulatorAt(place.endpoint);
  const full = `${name.prefix}-${name.environment}`;
  if ((await stacksOf(place, name)).length === 0) {
    forgetLocalDeployment(name);
    return `there is no ${full} at ${place.endpoint}`;
  }
  const objects = await emptyBuckets(place, name);
  say(`emptied the buckets (${objects} objects); destroying the stacks`);
  const assembly = assemblyFolder(name);
  const wanted = { env: name.environment, prefix: name.prefix, ...context };
  await cdk(
    [
      ...['destroy', '--all', '--force'],
      ...(existsSync(assembly)
        ? ['--app', assembly]
        : Object.entries(wanted).flatMap(([key, value]) => ['-c', `${key}=${value}`])),
    ],
    { env: environmentAt(place), verbose },
  );
  const left = await stacksOf(place, name);
  if (left.length > 0) throw new Error(`still there: ${left.map(({ StackName }) => StackName).join(', ')}`);
  forgetLocalDeployment(name);
  return `destroyed ${full} in ${Math.round((performance.now() - began) / 1_000)} s`;
}
