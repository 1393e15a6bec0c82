import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { segmentOf } from './paths.ts';

/** An object found in a bucket's folder. */
export interface Found {
  readonly key: string;
  readonly path: string;
}

/**
 * All keys of a bucket that begin with `prefix` and come after `after`, in the order of their UTF-8 bytes, which is S3's.
 * Folders that cannot hold any are not opened.
 */
export async function* walk(folder: string, prefix: string, after: string, at = ''): AsyncGenerator<Found> {
  for (const { name, path, isFolder } of await entries(folder, at)) {
    if (isFolder) {
      const mayMatch = name.startsWith(prefix) || prefix.startsWith(name);
      const allBefore = compare(name, after) < 0 && !after.startsWith(name);
      if (mayMatch && !allBefore) yield* walk(path, prefix, after, name);
    } else if (name.startsWith(prefix) && compare(name, after) > 0) {
      yield { key: name, path };
    }
  }
}

interface Entry {
  /** The key, or for a folder the beginning of its keys, ending in a slash. */
  readonly name: string;
  readonly path: string;
  readonly isFolder: boolean;
}

async function entries(folder: string, at: string): Promise<Entry[]> {
  let found: Dirent[] = [];
  try {
    found = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    // Deleted, with its last object, since its parent was read.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return found
    .map((entry) => ({
      name: `${at}${segmentOf(entry.name)}${entry.isDirectory() ? '/' : ''}`,
      path: join(folder, entry.name),
      isFolder: entry.isDirectory(),
    }))
    .sort((left, right) => compare(left.name, right.name));
}

/** Order of UTF-8 bytes; JavaScript's own order is that of UTF-16 units and differs beyond the basic plane. */
function compare(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
