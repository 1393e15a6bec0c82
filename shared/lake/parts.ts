import { createHash } from 'node:crypto';
import type { ListedObject } from './object-store.ts';

/**
 * The parts of an hour: the last key of each but the last one, which has no end. An hour is cut once, when it is compacted for the
 * first time, so that what lands in it later belongs to exactly one part whoever asks.
 */
export type Bounds = readonly string[];

/** Cuts raw objects, in the order of their keys, into as few parts as hold no more than so many bytes each. */
export function cutIntoParts(objects: readonly ListedObject[], maxBytes: number): string[] {
  const bounds: string[] = [];
  let bytes = 0;
  for (const [index, { size }] of objects.entries()) {
    const before = objects[index - 1];
    if (before !== undefined && bytes + size > maxBytes) {
      bounds.push(before.key);
      bytes = 0;
    }
    bytes += size;
  }
  return bounds;
}

/** The raw objects of every part. */
export function byPart(objects: readonly ListedObject[], bounds: Bounds): ListedObject[][] {
  const parts: ListedObject[][] = Array.from({ length: bounds.length + 1 }, () => []);
  for (const object of objects) {
    const index = bounds.findIndex((last) => object.key <= last);
    parts[index < 0 ? bounds.length : index]?.push(object);
  }
  return parts;
}

/** Tells apart what a part can be compacted from. */
export function fingerprintOf(objects: readonly ListedObject[]): string {
  const hash = createHash('sha256');
  for (const { key, etag } of objects) hash.update(`${key}\0${etag}\0`);
  return hash.digest('hex');
}

/** One fingerprint for several; none for none. */
export function combined(fingerprints: readonly string[]): string {
  if (fingerprints.length === 0) return '';
  const hash = createHash('sha256');
  for (const each of fingerprints) hash.update(`${each}\0`);
  return hash.digest('hex');
}
