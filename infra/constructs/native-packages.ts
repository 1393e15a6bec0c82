import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Packages that cannot be bundled, since they hold code for one kind of machine: functions find them in `node_modules`. */
export const NATIVE_PACKAGES = ['@duckdb/node-api'] as const;

/** What a function's machine is, in the words of npm. */
const MACHINE = { os: 'linux', cpu: 'arm64', libc: 'glibc' } as const;

/**
 * Puts the native packages into a function's directory, built for Lambda's machines whatever this one is. They come from the
 * registry, in the versions that are installed here, and are kept beside the installed ones.
 *
 * @param root - the checkout
 * @throws Error when npm cannot get them
 */
export function addNativePackages(root: string, directory: string): void {
  cpSync(join(packagesFor(root), 'node_modules'), join(directory, 'node_modules'), { recursive: true });
}

function packagesFor(root: string): string {
  const wanted = NATIVE_PACKAGES.map((name) => `${name}@${installedVersion(root, name)}`);
  const cache = join(root, 'node_modules', '.cache', 'millrace');
  const folder = join(cache, [...wanted, ...Object.values(MACHINE)].join('-').replaceAll('/', '+'));
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(join(cache, 'unfinished-'));
  try {
    const machine = Object.entries(MACHINE).map(([name, value]) => `--${name}=${value}`);
    const quiet = [
      '--no-save',
      '--no-package-lock',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      '--prefer-offline',
    ];
    execFileSync('npm', ['install', '--prefix', unfinished, ...machine, ...quiet, ...wanted], {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    // It says where npm got the packages from, which is not the same everywhere: assets would differ.
    rmSync(join(unfinished, 'node_modules', '.package-lock.json'), { force: true });
    renameSync(unfinished, folder);
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(
      `npm could not get ${wanted.join(', ')} for ${Object.values(MACHINE).join('-')}, which compaction needs in Lambda: ` +
        (stderr?.trim() ?? String(error)),
    );
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}

function installedVersion(root: string, name: string): string {
  const text = readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
