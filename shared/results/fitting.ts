import { MAX_EVENT_BYTES } from '../streams/record-limit.ts';
import type { ResultValue, ResultValues } from '../windows/types.ts';

/**
 * The event of a result that a record can hold: where it would be too large, the largest values are replaced by the reason, as those
 * of aggregates that fail are. A window must fire whatever one of its values is. Its bytes are a function of the values alone.
 *
 * @param write - writes the event of some values
 */
export function writeFitting(values: ResultValues, write: (values: ResultValues) => string): string {
  let event = write(values);
  if (fits(event)) return event;
  const held = new Map<string, ResultValue>(Object.entries(values));
  const sizes = [...held].map(([name, value]) => ({ name, bytes: Buffer.byteLength(JSON.stringify(value)) }));
  sizes.sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
  for (const { name, bytes } of sizes) {
    held.set(name, {
      error: `${bytes} bytes are too large for a result, which may have ${MAX_EVENT_BYTES} in all`,
    });
    event = write(Object.fromEntries(held));
    if (fits(event)) break;
  }
  return event;
}

/** The first of some texts that together take at most a quarter of a record, so that values have most of it. */
export function fewEnough(texts: readonly string[]): readonly string[] {
  let bytes = 0;
  const end = texts.findIndex((text) => {
    bytes += Buffer.byteLength(JSON.stringify(text)) + 1;
    return bytes > MAX_EVENT_BYTES / 4;
  });
  return end < 0 ? texts : texts.slice(0, end);
}

/** A character takes at most three bytes in UTF-8 for each of its UTF-16 units. */
const fits = (event: string): boolean =>
  event.length * 3 <= MAX_EVENT_BYTES || Buffer.byteLength(event) <= MAX_EVENT_BYTES;
