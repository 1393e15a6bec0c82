import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The version that the application is tested with: emulators change what they answer from one to the next. */
export const VERSION = '1.5.33';

const DUCKDB = '2.0.1';

/** MiniStack cannot be installed here; the message says why. */
export class InstallError extends Error {
  override readonly name = 'InstallError';
}

/** The oldest Python that MiniStack runs on. */
const MIN_PYTHON = [3, 10] as const;

/**
 * Installs MiniStack into a virtual environment of its own, unless it is there.
 *
 * @param root - folder of the environments, one per version
 * @returns path of its program
 * @throws InstallError where there is no Python, or PyPI cannot be reached
 */
export function installed(root: string, say: (text: string) => void): string {
  const folder = join(root, `venv-${VERSION}`);
  const program = join(folder, 'bin', 'ministack');
  if (existsSync(program)) return program;
  const python = findPython();
  mkdirSync(root, { recursive: true });
  say(`installing MiniStack ${VERSION} from PyPI`);
  try {
    run(python, ['-m', 'venv', folder]);
    run(join(folder, 'bin', 'python'), [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'],
      `ministack==${VERSION}`,
      // Without it, its Athena answers every statement with the same made-up row.
      `duckdb==${DUCKDB}`,
    ]);
  } catch (error) {
    // Half an environment would be taken for a whole one the next time.
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return program;
}

function findPython(): string {
  for (const name of ['python3', 'python']) {
    const { status, stdout } = spawnSync(
      name,
      ['-c', 'import sys, venv; print(sys.version_info[0], sys.version_info[1])'],
      { encoding: 'utf8' },
    );
    const [major = 0, minor = 0] = (stdout ?? '').trim().split(' ').map(Number);
    if (status === 0 && (major > MIN_PYTHON[0] || (major === MIN_PYTHON[0] && minor >= MIN_PYTHON[1]))) {
      return name;
    }
  }
  throw new InstallError(
    `MiniStack needs Python ${MIN_PYTHON.join('.')} or newer with its module venv (Debian: apt install python3-venv)`,
  );
}

function run(program: string, args: readonly string[]): void {
  try {
    execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const last = `${stdout}${stderr}`.trim().split('\n').slice(-3).join('\n');
    throw new InstallError(`"${program} ${args.join(' ')}" failed:\n${last}`);
  }
}
