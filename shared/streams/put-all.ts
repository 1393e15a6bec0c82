import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { keyRecord, type LaneRecord, laneRecord } from './lane-record.ts';
import { laneOf } from './lanes.ts';
import { type PutOptions, putOrdered } from './put.ts';

/** One event on its way to a stream for outside consumers, as CloudEvents JSON. */
export interface KeyedEvent {
  readonly key: string;
  readonly event: string;
}

/** What {@link putAll} did. */
export interface Stored {
  /** Events stored. */
  readonly count: number;
  /** Shard -> the highest sequence number at which one of them was stored. */
  readonly reached: ReadonlyMap<string, string>;
}

/** Some events could not be stored: the caller repeats all of them, and consumers tell the repetitions by their ids. */
export class PutIncomplete extends Error {
  override readonly name = 'PutIncomplete';
}

/** Events put at a time: bounds the memory that a million results take. */
const CHUNK = 5_000;
const SINGLE: Partial<PutOptions> = { budget: 30_000 };
/**
 * Packed records come in masses, from several functions at a time, and a shard takes a megabyte a second: refusals are the way
 * to share it, not faults.
 */
export const PACKED: Partial<PutOptions> = {
  budget: 100_000,
  attempts: 1_000,
  backoff: { base: 100, cap: 2_000 },
};
/** As in packed records of events: see pack.ts. */
const RECORD_EVENTS = 500;
const RECORD_BYTES = 256 * 1024;

/**
 * Puts every event, in order per key.
 *
 * @param packed - many to a record, as a CloudEvents JSON batch per lane; by default one to a record
 * @throws PutIncomplete when some are not known to be stored
 */
export async function putAll(
  client: KinesisClient,
  stream: string,
  lanes: number,
  events: Iterable<KeyedEvent>,
  packed = false,
): Promise<Stored> {
  let count = 0;
  const reached = new Map<string, string>();
  let chunk: KeyedEvent[] = [];
  const flush = async () => {
    const records = packed ? packByLane(chunk, lanes) : chunk.map((event) => single(event, lanes));
    const outcome = await putOrdered(client, stream, records, packed ? PACKED : SINGLE);
    const { failed, fatal } = outcome;
    // Chunks are put one after the other: what is later in a shard has the higher number.
    for (const [shard, sequence] of outcome.reached) reached.set(shard, sequence);
    if (failed.length > 0) {
      const reason = failed[0]?.message ?? 'unknown';
      throw new PutIncomplete(
        `${failed.length} of ${records.length} records are not stored in ${stream}: ${reason}`,
        {
          cause: fatal,
        },
      );
    }
    count += chunk.length;
    chunk = [];
  };
  for (const event of events) {
    chunk.push(event);
    if (chunk.length === CHUNK) await flush();
  }
  if (chunk.length > 0) await flush();
  return { count, reached };
}

const single = ({ key, event }: KeyedEvent, lanes: number): LaneRecord =>
  keyRecord(key, lanes, Buffer.from(event));

function packByLane(events: readonly KeyedEvent[], lanes: number): LaneRecord[] {
  const records: LaneRecord[] = [];
  const open = new Map<number, { texts: string[]; bytes: number }>();
  const close = (lane: number, texts: readonly string[]) => {
    if (texts.length > 0) records.push(laneRecord(lane, lanes, Buffer.from(`[${texts.join(',')}]`)));
  };
  for (const { key, event } of events) {
    const lane = laneOf(key, lanes);
    const bytes = Buffer.byteLength(event) + 1;
    let record = open.get(lane);
    if (
      record === undefined ||
      record.texts.length === RECORD_EVENTS ||
      record.bytes + bytes > RECORD_BYTES
    ) {
      if (record !== undefined) close(lane, record.texts);
      record = { texts: [], bytes: 0 };
      open.set(lane, record);
    }
    record.texts.push(event);
    record.bytes += bytes;
  }
  for (const [lane, { texts }] of open) close(lane, texts);
  return records;
}
