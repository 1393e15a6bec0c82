import { ByteReader, ByteWriter } from '../bytes.ts';
import { DeltaFormatError } from '../errors.ts';
import type { ScalarValue, Sketch } from './sketch.ts';

/** The earliest or latest event's value, which is not (always) a number; without a value there was no event. */
export interface EdgeValue {
  readonly time: number;
  readonly value?: ScalarValue;
}

/**
 * The value of the first or the last event by event time. Of several events at that time the first takes the least value and the
 * last the greatest: truth values before numbers before texts, those in the order of their UTF-16 code units.
 */
export function textEdge(kind: 'first' | 'last'): Sketch<EdgeValue, ScalarValue> {
  const wins = (a: number, b: number) => (kind === 'first' ? a < b : a > b);
  const pick = (a: EdgeValue, b: EdgeValue): EdgeValue => {
    if (a.value === undefined || b.value === undefined) return a.value === undefined ? b : a;
    if (a.time !== b.time) return wins(a.time, b.time) ? a : b;
    return wins(compare(a.value, b.value), 0) ? a : b;
  };
  return {
    create: () => ({ time: 0 }),
    // Zero has two signs, which would depend on the order of the events.
    add: (held, value, _, time) => pick({ time, value: value === 0 ? 0 : value }, held),
    merge: (into, from) => pick(from, into),
    encode({ time, value }) {
      const bytes = new ByteWriter(32);
      bytes.json(value === undefined ? [] : [time, value]);
      return bytes.finish();
    },
    decode(encoded) {
      const content = new ByteReader(encoded).json();
      if (!Array.isArray(content)) throw new DeltaFormatError('the value of an event is not complete');
      const [time, value] = content as [time?: number, value?: ScalarValue];
      return value === undefined || time === undefined ? { time: 0 } : { time, value };
    },
  };
}

const RANK: Readonly<Record<string, number>> = { boolean: 0, number: 1, string: 2 };

function compare(a: ScalarValue, b: ScalarValue): number {
  const rank = (RANK[typeof a] ?? 0) - (RANK[typeof b] ?? 0);
  if (rank !== 0) return rank;
  return a < b ? -1 : a > b ? 1 : 0;
}
