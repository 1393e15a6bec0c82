import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Check, Finding } from '../finding.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
/** The oldest Node that the code runs on, and the one that the functions run on. */
const OLDEST = [20, 19] as const;
const FUNCTIONS = 22;

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Whether this machine can run Millrace's tools. */
export const machineChecks = (root = ROOT): Check[] => [
  { about: 'Node', run: () => [nodeFinding(process.versions.node)] },
  { about: 'packages', run: () => [packagesFinding(root)] },
];

export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const about = 'Node';
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    const text = `${version} is too old`;
    return { about, level: 'problem', text, advice: `install Node ${OLDEST.join('.')} or newer` };
  }
  if (major >= FUNCTIONS) return { about, level: 'ok', text: version };
  return {
    about,
    level: 'warning',
    text: `${version} works; the functions run on Node ${FUNCTIONS}, and AWS's packages will soon want it`,
    advice: `install Node ${FUNCTIONS}`,
  };
}

/** Whether what is installed is what the lockfile says. */
export function packagesFinding(root: string): Finding {
  const about = 'packages';
  const { dependencies, devDependencies } = read(join(root, 'package.json')) ?? {};
  const locked = read(join(root, 'package-lock.json')) as
    | { packages?: Readonly<Record<string, Manifest>> }
    | undefined;
  const names = Object.keys({ ...dependencies, ...devDependencies });
  const wrong = names.filter((name) => {
    const wanted = locked?.packages?.[`node_modules/${name}`]?.version;
    return read(join(root, 'node_modules', name, 'package.json'))?.version !== wanted;
  });
  if (wrong.length > 0) {
    const text = `not as package-lock.json has them: ${wrong.slice(0, 3).join(', ')}${wrong.length > 3 ? ', ...' : ''}`;
    return { about, level: 'problem', text, advice: 'run "npm ci"' };
  }
  const version = (name: string): string =>
    read(join(root, 'node_modules', name, 'package.json'))?.version ?? '?';
  return {
    about,
    level: 'ok',
    text: `as locked; CDK ${version('aws-cdk-lib')}, its command ${version('aws-cdk')}`,
  };
}

function read(path: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}
