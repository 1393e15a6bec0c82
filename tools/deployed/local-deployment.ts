import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DeploymentName } from './deployed.ts';

const FOLDER = fileURLToPath(new URL('../../.millrace/deployed', import.meta.url));

/** What `npm run deploy:local` remembers of a deployment on an emulator, for other commands and its own next run. */
export interface LocalDeployment extends DeploymentName {
  readonly endpoint: string;
  /** Guards nothing but an emulator. */
  readonly key: string;
}

const nameOf = ({ prefix, environment }: DeploymentName): string => `${prefix}-${environment}`;

/** The folder of the assembly that was deployed: what destroys it must be what made it. */
export const assemblyFolder = (name: DeploymentName): string => join(FOLDER, nameOf(name), 'assembly');

const fileOf = (name: DeploymentName): string => join(FOLDER, nameOf(name), 'deployment.json');

/** What is remembered; `undefined` where nothing is. */
export function readLocalDeployment(name: DeploymentName): LocalDeployment | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(name), 'utf8')) as LocalDeployment;
  } catch {
    return undefined;
  }
}

export function writeLocalDeployment(deployment: LocalDeployment): void {
  mkdirSync(join(FOLDER, nameOf(deployment)), { recursive: true });
  writeFileSync(fileOf(deployment), `${JSON.stringify(deployment, null, 2)}\n`, { mode: 0o600 });
}

export function forgetLocalDeployment(name: DeploymentName): void {
  rmSync(join(FOLDER, nameOf(name)), { recursive: true, force: true });
}
