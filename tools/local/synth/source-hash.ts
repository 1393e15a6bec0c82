import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Everything that the synthesized application is made of. */
const SOURCES = [
  'infra',
  'shared',
  'functions',
  'tools/local/synth/worker.ts',
  'cdk.json',
  'package-lock.json',
];

/** A name for the state of the sources and the options of a synthesis. */
export function sourceHash(root: string, options: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify([options, process.version]));
  for (const source of SOURCES) {
    for (const file of filesOf(root, source))
      hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

function filesOf(root: string, path: string): string[] {
  const stats = statSync(join(root, path), { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (!stats.isDirectory()) return [path];
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => filesOf(root, join(path, name)));
}
