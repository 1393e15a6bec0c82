import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { StreamEvent } from '../events/types.ts';
import { isThrottle } from '../runtime/faults.ts';
import { packEvents } from '../streams/pack.ts';
import { type PutOptions, putOrdered } from '../streams/put.ts';
import { PUT_CODES } from '../streams/put-outcome.ts';
import type { IngestTypes } from './ingest-type.ts';
import { LIMITS } from './limits.ts';
import { runsOf } from './runs.ts';

/** How long, in milliseconds, storing the events of one request may take where the caller does not say. */
const BUDGET_MS = 10_000;

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
    byStream(types, events).map((part) => storePart(client, part, types, events, options)),
  );
  return {
    missing: parts.flatMap(({ missing }) => missing).sort(ascending),
    oversize: parts.flatMap(({ oversize }) => oversize).sort(ascending),
    codes: [...new Set(parts.flatMap(({ codes }) => codes))],
    fatal: parts.find(({ fatal }) => fatal !== undefined)?.fatal,
  };
}

/** Positions of the events that no record can hold: what {@link storeEvents} would find, without storing any. */
export function oversizeEvents(types: IngestTypes, events: readonly StreamEvent[]): number[] {
  return byStream(types, events)
    .flatMap(({ lanes, indexes }) => {
      const own = indexes.map((index) => events[index] as StreamEvent);
      return packEvents(own, { lanes, maxBytes: LIMITS.event }).oversize.map((at) => indexes[at] as number);
    })
    .sort(ascending);
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

/**
 * Stores the events of one stream, run after run: the records of one run are put at the same time, and those of the next
 * only when all of these are stored, so that no lane's event time gets far ahead of the others'.
 */
async function storePart(
  client: KinesisClient,
  { stream, lanes, indexes }: Part,
  types: IngestTypes,
  events: readonly StreamEvent[],
  options: Partial<PutOptions>,
): Promise<StoreOutcome> {
  const deadline = Date.now() + (options.budget ?? BUDGET_MS);
  const own = indexes.map((index) => events[index] as StreamEvent);
  const schemaOf = (type: string) => types.get(type)?.fingerprint;
  const span = Math.min(...own.map(({ type }) => types.get(type)?.span ?? Number.POSITIVE_INFINITY));
  const runs = runsOf(own, span);
  const tooLarge: number[] = [];
  for (const [at, run] of runs.entries()) {
    const indexOf = (position: number) => indexes[run[position] as number] as number;
    const packed = packEvents(
      run.map((position) => own[position] as StreamEvent),
      { lanes, schemaOf, maxBytes: LIMITS.event },
    );
    tooLarge.push(...packed.oversize.map(indexOf));
    const budget = Math.max(1, deadline - Date.now());
    const { failed, fatal } = await putOrdered(client, stream, packed.records, { ...options, budget });
    if (failed.length === 0) continue;
    const unsent = runs.slice(at + 1).flat();
    return {
      missing: [
        ...failed.flatMap(({ index }) => packed.records[index]?.events ?? []).map(indexOf),
        ...unsent.map((position) => indexes[position] as number),
      ],
      oversize: tooLarge,
      codes: [...failed.map(({ code }) => code), ...(unsent.length > 0 ? [PUT_CODES.notSent] : [])],
      fatal,
    };
  }
  return { missing: [], oversize: tooLarge, codes: [], fatal: undefined };
}

const ascending = (a: number, b: number): number => a - b;
