import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { StreamEvent } from '../events/types.ts';
import { isThrottle } from '../runtime/faults.ts';
import { packEvents } from '../streams/pack.ts';
import { type PutOptions, putOrdered } from '../streams/put.ts';
import { PUT_CODES } from '../streams/put-outcome.ts';
import type { IngestTypes } from './ingest-type.ts';
import { LIMITS } from './limits.ts';

/** What became of events; indexes are those of the list given. */
export interface StoreOutcome {
  /** Events not known to be stored, ascending. All others but the oversize ones are durably in a stream. */
  readonly missing: readonly number[];
  /** Events that no record can hold, ascending. */
  readonly oversize: readonly number[];
  /** The error codes of what is missing, each once: empty only where nothing is. */
  readonly codes: readonly string[];
  /** The error that ended a put before its time, where there was one. */
  readonly fatal: unknown;
}

/** Puts checked events into the streams of their types, in order per partition key. */
export async function storeEvents(
  client: KinesisClient,
  types: IngestTypes,
  events: readonly StreamEvent[],
  options: Partial<PutOptions>,
): Promise<StoreOutcome> {
  const parts = await Promise.all(
    byStream(types, events).map(({ stream, lanes, indexes }) =>
      storePart(client, stream, lanes, types, events, indexes, options),
    ),
  );
  return {
    missing: parts.flatMap(({ missing }) => missing).sort(ascending),
    oversize: parts.flatMap(({ oversize }) => oversize).sort(ascending),
    codes: [...new Set(parts.flatMap(({ codes }) => codes))],
    fatal: parts.find(({ fatal }) => fatal !== undefined)?.fatal,
  };
}

/** Whether nothing but the stream's limits kept events out: then its answer is "later", not "broken". */
export const isThrottled = (codes: readonly string[]): boolean =>
  codes.some(isThrottle) && codes.every((code) => code === PUT_CODES.notSent || isThrottle(code));

interface Part {
  readonly stream: string;
  readonly lanes: number;
  readonly indexes: number[];
}

function byStream(types: IngestTypes, events: readonly StreamEvent[]): Part[] {
  const parts = new Map<string, Part>();
  for (const [index, { type }] of events.entries()) {
    const known = types.get(type);
    if (known === undefined) throw new RangeError(`an event of the unknown type "${type}" was let through`);
    const { stream, lanes } = known;
    const part = parts.get(stream);
    if (part === undefined) parts.set(stream, { stream, lanes, indexes: [index] });
    else part.indexes.push(index);
  }
  return [...parts.values()];
}

async function storePart(
  client: KinesisClient,
  stream: string,
  lanes: number,
  types: IngestTypes,
  events: readonly StreamEvent[],
  indexes: readonly number[],
  options: Partial<PutOptions>,
): Promise<StoreOutcome> {
  const own =
    indexes.length === events.length ? events : indexes.map((index) => events[index] as StreamEvent);
  const at = (position: number) => indexes[position] as number;
  const schemaOf = (type: string) => types.get(type)?.fingerprint;
  const { records, oversize } = packEvents(own, { lanes, schemaOf, maxBytes: LIMITS.event });
  const { failed, fatal } = await putOrdered(client, stream, records, options);
  return {
    missing: failed.flatMap(({ index }) => records[index]?.events ?? []).map(at),
    oversize: oversize.map(at),
    codes: failed.map(({ code }) => code),
    fatal,
  };
}

const ascending = (a: number, b: number): number => a - b;
