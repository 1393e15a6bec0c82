import { createHash } from 'node:crypto';
import { binary, finite, type Item, number, readNumber, readText, text } from './attributes.ts';
import { mapLimit } from './concurrency.ts';
import { commitSk, itemKey, parseTimeSk, slicesPk, timeSk } from './keys.ts';
import type { StageTable } from './stage-table.ts';

/**
 * What the commits after `from` up to and including `upTo` of one shard's log hold of one slice, merged. The log never changes, so
 * whoever compacts the same commits stores the same values.
 */
export interface Segment {
  readonly slice: number;
  /** Exclusive. */
  readonly from: number;
  /** Inclusive. */
  readonly upTo: number;
  /** The watermark of the last commit in it, and so the highest: see {@link Commit}. */
  readonly w: number;
  /** Compressed deltas of the slice, each with keys of its own. */
  readonly chunks: readonly Uint8Array[];
}

/** The attributes and keys of an item beside its payload, in bytes. */
export const SEGMENT_OVERHEAD = 200;
const CHUNK_DIGITS = 4;
const WRITES = 8;

/**
 * Compacted slices of a stage: copies of what its logs hold, of which any may be missing. An item is written once and never
 * changed. A segment in several items counts only if all of them are there and of one making: its writer may have died half-way, and
 * another version of this code may have cut it elsewhere.
 */
export class SliceSegments {
  readonly #items: StageTable;

  constructor(items: StageTable) {
    this.#items = items;
  }

  /** The segments of the slices from `first` to `last`, slice by slice. Consistent. */
  async *between(
    shard: string,
    first: number,
    last: number,
  ): AsyncGenerator<readonly [slice: number, segments: readonly Segment[]]> {
    let slice: number | undefined;
    let items: Item[] = [];
    const range = { first: timeSk(first), last: `${timeSk(last)}#~` };
    for await (const item of this.#items.query(slicesPk(this.#items.stage, shard), range)) {
      const start = parseTimeSk(readText(item, 'sk').split('#', 1)[0] as string);
      if (slice !== undefined && start !== slice) {
        yield [slice, complete(slice, items)];
        items = [];
      }
      slice = start;
      items.push(item);
    }
    if (slice !== undefined) yield [slice, complete(slice, items)];
  }

  /** Stores segments of a shard; those that exist already stay. */
  async write(shard: string, segments: readonly Segment[], expiresAt: number): Promise<void> {
    const items = segments.flatMap((segment) =>
      segment.chunks.map((chunk, index) => ({
        ...itemKey(slicesPk(this.#items.stage, shard), skOf(segment, index)),
        digest: text(digestOf(segment.chunks)),
        chunks: number(segment.chunks.length),
        ...(Number.isFinite(segment.w) && { w: finite(segment.w) as Item[string] }),
        delta: binary(chunk),
        expiresAt: number(expiresAt),
      })),
    );
    await mapLimit(items, WRITES, (item) => this.#items.putNew(item));
  }
}

const skOf = ({ slice, from, upTo }: Segment, chunk: number): string =>
  [timeSk(slice), commitSk(from), commitSk(upTo), String(chunk).padStart(CHUNK_DIGITS, '0')].join('#');

function digestOf(chunks: readonly Uint8Array[]): string {
  const hash = createHash('sha1');
  for (const chunk of chunks) hash.update(`${chunk.length};`).update(chunk);
  return hash.digest('base64url').slice(0, 16);
}

/** The segments of which every item is there. Items come in the order of their keys. */
function complete(slice: number, items: readonly Item[]): Segment[] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const name = readText(item, 'sk').slice(0, -CHUNK_DIGITS - 1);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  const segments: Segment[] = [];
  for (const [name, group] of groups) {
    const [first] = group as [Item, ...Item[]];
    const digest = readText(first, 'digest');
    const whole =
      group.length === readNumber(first, 'chunks', 0) &&
      group.every((item) => readText(item, 'digest') === digest);
    if (!whole) continue;
    const [, from, upTo] = name.split('#');
    segments.push({
      slice,
      from: Number(from),
      upTo: Number(upTo),
      w: readNumber(first, 'w', Number.NEGATIVE_INFINITY),
      chunks: group.map((item) => item.delta?.B ?? new Uint8Array()),
    });
  }
  return segments;
}
