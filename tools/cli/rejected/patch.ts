import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RejectedItem } from '../../../shared/lake/rejected/item.ts';

/** Other bytes for an item; `undefined` leaves it out. */
export type Patch = (item: RejectedItem) => Promise<Uint8Array | undefined> | Uint8Array | undefined;

/** A file of changes that cannot be used; the message says where and what to change. */
export class PatchError extends Error {
  override readonly name = 'PatchError';
}

/** What a module of changes, or a line of a file of changes, may give: bytes, a text, or JSON to be written as one. */
const bytesOf = (value: unknown): Uint8Array =>
  value instanceof Uint8Array
    ? value
    : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

/**
 * Changes by a module whose default export is a function of an item, with its bytes as `text` beside.
 *
 * @throws PatchError when the file has no such function
 */
export async function mapFromModule(file: string): Promise<Patch> {
  const { default: map } = (await import(pathToFileURL(resolve(file)).href)) as { default?: unknown };
  if (typeof map !== 'function') throw new PatchError(`${file}: its default export must be a function`);
  return async (item) => {
    const made: unknown = await map({ ...item, text: item.bytes.toString('utf8') });
    return made === undefined || made === null ? undefined : bytesOf(made);
  };
}

/**
 * Changes by a file of lines of JSON as `millrace rejected list --format ndjson` prints them: of each line `name` says which item,
 * and `text`, `base64` or `event` what is to be put back instead. Items that the file does not name are left out.
 *
 * @throws PatchError
 */
export function patchFromFile(file: string): Patch {
  const changes = new Map<string, Uint8Array>();
  for (const [index, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    if (line.trim() === '') continue;
    const { name, text, base64, event } = parse(`${file}:${index + 1}`, line);
    const given = event ?? text ?? (base64 === undefined ? undefined : Buffer.from(String(base64), 'base64'));
    if (typeof name !== 'string' || given === undefined) {
      throw new PatchError(`${file}:${index + 1}: needs "name", and one of "event", "text" and "base64"`);
    }
    changes.set(name, bytesOf(given));
  }
  return ({ name, bytes }) => {
    const changed = changes.get(name);
    // What was not changed after all counts as the original.
    return changed !== undefined && bytes.equals(changed) ? bytes : changed;
  };
}

function parse(where: string, line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new PatchError(`${where}: not an object in JSON`);
}
