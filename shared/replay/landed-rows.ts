import { gunzipSync } from 'node:zlib';
import type { StreamEvent } from '../events/types.ts';
import { partitionOf } from '../lake/layout.ts';
import type { LakeObjects } from '../lake/object-store.ts';

/** A record as the lake has it: the events of one place in a stream. */
export interface LandedRecord {
  readonly sequence: string;
  /** Epoch milliseconds. */
  readonly arrival: number;
  readonly events: readonly StreamEvent[];
}

/** The objects of one shard, in the order in which they were landed. */
export interface LandedShard {
  readonly shard: string;
  readonly keys: readonly string[];
}

const DAY = 86_400_000;
const NAME = /\/([^/]+)-(shardId-\d+)-\d+\.json\.gz$/;

/**
 * Finds what of a pipeline was landed under a prefix, by shard.
 *
 * @param from - arrival, epoch milliseconds; the day before is looked through, too, since an object lies in the hour of its first record
 * @param to - exclusive
 */
export async function landedShards(
  objects: LakeObjects,
  prefix: string,
  pipeline: string,
  from: number,
  to: number,
): Promise<LandedShard[]> {
  const shards = new Map<string, string[]>();
  // Days sort as text, from 1970 on.
  const first = `${prefix}dt=${partitionOf(Math.max(0, from - DAY)).day}/`;
  const end = `${prefix}dt=${partitionOf(to).day}0`;
  for (const { key } of await objects.list(prefix, first)) {
    const [, own, shard] = NAME.exec(key) ?? [];
    if (own !== pipeline || shard === undefined || key >= end) continue;
    const keys = shards.get(shard);
    if (keys === undefined) shards.set(shard, [key]);
    else keys.push(key);
  }
  // Numbers have as many digits in all names.
  const number = (key: string): string => key.slice(key.lastIndexOf('-'));
  return [...shards]
    .map(([shard, keys]) => ({ shard, keys: keys.sort((a, b) => (number(a) < number(b) ? -1 : 1)) }))
    .sort((a, b) => (a.shard < b.shard ? -1 : 1));
}

/** Reads the records of a shard in order; the next object is fetched while one is gone through. */
export async function* landedRecords(
  objects: LakeObjects,
  { keys }: LandedShard,
  parse: (row: Record<string, unknown>) => StreamEvent,
  onObject: () => void = () => {},
): AsyncGenerator<LandedRecord> {
  const fetch = (index: number): Promise<Uint8Array> | undefined => {
    const key = keys[index];
    const bytes = key === undefined ? undefined : objects.read(key);
    // Whoever waits for it is told of its failure.
    bytes?.catch(() => {});
    return bytes;
  };
  let next = fetch(0);
  for (let index = 0; next !== undefined; index++) {
    const bytes: Uint8Array = await next;
    next = fetch(index + 1);
    onObject();
    let current: { sequence: string; arrival: number; events: StreamEvent[] } | undefined;
    for (const line of gunzipSync(bytes).toString('utf8').split('\n')) {
      if (line === '') continue;
      const row = JSON.parse(line) as Record<string, unknown>;
      const sequence = String(row.sequence);
      if (current?.sequence !== sequence) {
        if (current !== undefined) yield current;
        current = { sequence, arrival: timeOf(row.arrival), events: [] };
      }
      current.events.push(parse(row));
    }
    if (current !== undefined) yield current;
  }
}

const timeOf = (time: unknown): number => Date.parse(`${String(time).replace(' ', 'T')}Z`);

/** The event of a row of raw events. */
export function rawEvent(row: Record<string, unknown>): StreamEvent {
  return {
    type: String(row.type),
    source: String(row.source),
    id: String(row.id),
    time: timeOf(row.time),
    key: String(row.partition_key),
    data: JSON.parse(String(row.data)),
    ...(typeof row.attributes === 'string' && {
      extra: JSON.parse(row.attributes) as Record<string, unknown>,
    }),
  };
}

/** The event of a row of results, as its stage emitted it. */
export function resultEventOf(row: Record<string, unknown>): StreamEvent {
  const [start, end] = [timeOf(row.window_start), timeOf(row.window_end)];
  return {
    type: `${String(row.stage)}.result`,
    source: String(row.source),
    id: String(row.id),
    time: end,
    key: String(row.key),
    data: {
      stage: row.stage,
      key: row.key,
      start: new Date(start).toISOString(),
      end: new Date(end).toISOString(),
      revision: row.revision,
      final: row.final,
      ...(row.retracted === true && { retracted: true }),
      values: JSON.parse(String(row.data)),
    },
  };
}
