import type { KnownTypes } from '../../events/known-types.ts';
import type { StreamEvent } from '../../events/types.ts';
import { decodeRecord } from '../../streams/decode.ts';
import { hourName, hourOf, REJECTED_PREFIX } from '../layout.ts';

const SUFFIX = '.json';

/** Something that was set aside, as its object says: see streams/set-aside.ts. */
export interface RejectedItem {
  /** The object's key without prefix and suffix. */
  readonly name: string;
  readonly stage: string;
  readonly stream: string;
  readonly shard: string;
  readonly sequence: string;
  readonly sub: number;
  /** Epoch milliseconds. */
  readonly arrival: number;
  readonly code: string;
  readonly reason: string;
  readonly bytes: Buffer;
  readonly partitionKey: string | undefined;
}

/** An object under `rejected/` that is not one of ours. */
export class RejectedFormatError extends Error {
  override readonly name = 'RejectedFormatError';
}

const IN_NAME = /^stage=([^/]+)\/dt=(\d{4}-\d\d-\d\d)\/[^/]+$/;

/** Stage and day of arrival that a name begins with; `undefined` where it is no such name. */
export function partsOfName(name: string): { readonly stage: string; readonly day: string } | undefined {
  const [, stage, day] = IN_NAME.exec(name) ?? [];
  return stage === undefined || day === undefined ? undefined : { stage, day };
}

export const rejectedKey = (name: string): string => `${REJECTED_PREFIX}${name}${SUFFIX}`;
export const nameOfKey = (key: string): string => key.slice(REJECTED_PREFIX.length, -SUFFIX.length);

const PLACE = /dt=([\d-]+)\/(.+)-(\d+)-(\d+)$/;

/** Orders names as their records were in their streams: by day, shard and position, whatever stage set them aside. */
export function compareNames(one: string, other: string): number {
  const [a, b] = [PLACE.exec(one), PLACE.exec(other)];
  if (a === null || b === null) return one < other ? -1 : 1;
  for (const part of [1, 2] as const)
    if (a[part] !== b[part]) return String(a[part]) < String(b[part]) ? -1 : 1;
  const [left, right] = [BigInt(a[3] ?? 0), BigInt(b[3] ?? 0)];
  if (left !== right) return left < right ? -1 : 1;
  return Number(a[4]) - Number(b[4]) || (one < other ? -1 : 1);
}

/** @throws RejectedFormatError */
export function parseRejected(name: string, text: string): RejectedItem {
  const value = JSON.parse(text) as Record<string, unknown>;
  const field = (key: string): string => {
    const found = value[key];
    if (typeof found !== 'string') throw new RejectedFormatError(`${rejectedKey(name)} has no "${key}"`);
    return found;
  };
  return {
    name,
    stage: partsOfName(name)?.stage ?? '',
    stream: field('stream'),
    shard: field('shard'),
    sequence: field('sequence'),
    sub: Number(value.sub),
    arrival: Date.parse(field('arrival')),
    code: field('code'),
    reason: field('reason'),
    bytes: Buffer.from(field('bytes'), 'base64'),
    partitionKey: typeof value.partition_key === 'string' ? value.partition_key : undefined,
  };
}

/** The hour in which an item arrived, as in the names of the lake's partitions. */
export const hourOfItem = ({ arrival }: RejectedItem): string => hourName(hourOf(arrival));

/** The events in some bytes, as consumers find them; none where they can be read as nothing. */
export function eventsIn(bytes: Uint8Array, types: KnownTypes): StreamEvent[] {
  const events: StreamEvent[] = [];
  decodeRecord(
    bytes,
    {
      event: (_sub, type, source, id, time, key, data, _trusted, extra) =>
        void events.push({ type, source, id, time, key, data, ...(extra && { extra }) }),
      undecodable: () => {},
    },
    { types },
  );
  return events;
}
