import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { keyRecord } from './lane-record.ts';
import { putOrdered } from './put.ts';

/** One event on its way to a stream for outside consumers: one CloudEvents JSON event per record. */
export interface KeyedEvent {
  readonly key: string;
  readonly event: string;
}

/** Some events could not be stored: the caller repeats all of them, and consumers tell the repetitions by their ids. */
export class PutIncomplete extends Error {
  override readonly name = 'PutIncomplete';
}

/** Events put at a time: bounds the memory that a million results take. */
const CHUNK = 5_000;
const BUDGET_MS = 30_000;

/**
 * Puts every event, in order per key.
 *
 * @returns how many there were
 * @throws PutIncomplete when some are not known to be stored
 */
export async function putAll(
  client: KinesisClient,
  stream: string,
  lanes: number,
  events: Iterable<KeyedEvent>,
): Promise<number> {
  let count = 0;
  let chunk: KeyedEvent[] = [];
  const flush = async () => {
    const records = chunk.map(({ key, event }) => keyRecord(key, lanes, Buffer.from(event)));
    const { failed, fatal } = await putOrdered(client, stream, records, { budget: BUDGET_MS });
    if (failed.length > 0) {
      const reason = failed[0]?.message ?? 'unknown';
      throw new PutIncomplete(
        `${failed.length} of ${records.length} events are not stored in ${stream}: ${reason}`,
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
  return count;
}
