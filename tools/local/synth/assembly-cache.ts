import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sourceHash } from './source-hash.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));
/** Assemblies kept: a run with another number of shards, or an older run that still lives, may need its own. */
const KEPT = 4;

/** The application does not synthesize; the message is what synthesis printed. */
export class SynthesisError extends Error {
  override readonly name = 'SynthesisError';
}

/** A cloud assembly on disk. */
export interface CachedAssembly {
  readonly directory: string;
  /** It was there already. */
  readonly cached: boolean;
}

/**
 * The cloud assembly of the sources as they are now, synthesized if it is not in the cache.
 *
 * @param cacheDir - folder of the assemblies, each named by the hash of what it was made of
 * @throws SynthesisError
 */
export async function assemblyOf(
  options: { readonly shards?: number | undefined },
  cacheDir: string = join(ROOT, '.millrace', 'cache'),
): Promise<CachedAssembly> {
  const directory = join(cacheDir, sourceHash(ROOT, options));
  if (existsSync(join(directory, 'manifest.json'))) {
    const now = new Date();
    utimesSync(directory, now, now);
    return { directory, cached: true };
  }
  mkdirSync(cacheDir, { recursive: true });
  const unfinished = `${directory}.${process.pid}`;
  try {
    await synthesizeInto(unfinished, options.shards);
    // Another run may have been faster: its assembly is the same.
    if (!existsSync(directory)) renameSync(unfinished, directory);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  prune(cacheDir);
  return { directory, cached: false };
}

async function synthesizeInto(outdir: string, shards: number | undefined): Promise<void> {
  const child = fork(WORKER, [outdir, ...(shards === undefined ? [] : [String(shards)])], {
    cwd: ROOT,
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const output: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => output.push(chunk));
  const [code, signal] = await once(child, 'close');
  if (code !== 0) {
    const text = Buffer.concat(output).toString('utf8').trim();
    throw new SynthesisError(text === '' ? `synthesis ended with ${signal ?? code}` : text);
  }
}

function prune(cacheDir: string): void {
  const byAge = readdirSync(cacheDir)
    .map((name) => join(cacheDir, name))
    .map((path) => ({ path, usedAt: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((left, right) => right.usedAt - left.usedAt);
  for (const { path } of byAge.slice(KEPT)) rmSync(path, { recursive: true, force: true });
}
