import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The checkers, in the versions whose findings the configuration knows. */
const CHECKERS = { 'cfn-lint': '1.58.0', checkov: '3.3.30' } as const;

export type Checker = keyof typeof CHECKERS;

/** Why the checkers cannot be had on this machine. */
export class NoCheckers extends Error {
  override readonly name = 'NoCheckers';
}

/**
 * Finds the checkers in a virtual environment of their own beside the installed packages, and installs them there the first time.
 *
 * @param root - the checkout
 * @returns the path of each command
 * @throws NoCheckers where Python or its package index is missing
 */
export function checkersOf(root: string): Readonly<Record<Checker, string>> {
  const wanted = Object.entries(CHECKERS).map(([name, version]) => `${name}==${version}`);
  const folder = join(root, 'node_modules', '.cache', 'millrace', `checkers-${wanted.join('-')}`);
  const bin = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin');
  const done = join(folder, 'done');
  if (!existsSync(done)) install(folder, bin, wanted, done);
  return { 'cfn-lint': join(bin, 'cfn-lint'), checkov: join(bin, 'checkov') };
}

function install(folder: string, bin: string, wanted: readonly string[], done: string): void {
  rmSync(folder, { recursive: true, force: true });
  const python = ['python3', 'python'].find((name) => spawnSync(name, ['--version']).status === 0);
  if (python === undefined) throw new NoCheckers('there is no Python');
  try {
    run(python, ['-m', 'venv', folder]);
    run(join(bin, 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...wanted]);
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new NoCheckers(`pip could not install them: ${stderr?.trim().split('\n').at(-1) ?? String(error)}`);
  }
  mkdirSync(done);
}

const run = (command: string, args: readonly string[]): void => {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
};
