import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));

/** The programs of a Python environment, or why there is none. */
export type Venv = { readonly bin: string } | { readonly missing: string };

/**
 * An environment of Python of our own that holds a package, made where it is not there yet. Nothing of the machine's Python is
 * changed.
 *
 * @param name - of the environment
 * @param requirement - as pip takes it, with a version
 */
export async function pythonVenv(name: string, requirement: string): Promise<Venv> {
  const folder = join(CACHE, `python-${name}`);
  const bin = join(folder, 'bin');
  try {
    if (!existsSync(join(bin, 'pip'))) await run('python3', ['-m', 'venv', folder]);
    await run(join(bin, 'pip'), ['install', '--quiet', '--disable-pip-version-check', requirement]);
    return { bin };
  } catch (error) {
    const [first = ''] = String((error as Error).message).split('\n');
    return { missing: `${requirement} cannot be had here: ${first}` };
  }
}
