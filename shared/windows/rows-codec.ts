import { ByteReader, ByteWriter } from './bytes.ts';
import type { Layout } from './columns.ts';
import { DeltaFormatError } from './errors.ts';
import type { Partials } from './partials.ts';
import type { Rows } from './rows.ts';
import type { Sketch } from './sketches/sketch.ts';

/** Whether a key has a partial of a sketch. */
const ABSENT = 0;
const PRESENT = 1;

/**
 * Rows in the order in which keys appeared. Sorted keys would compress better, by 2% of a whole commit, but sorting takes 6 to 13%
 * of a batch's time.
 */
export function encodeRows(
  { keys, partials, remainders, values, width }: Rows,
  { columns }: Layout,
  first: number,
  count: number,
): Uint8Array {
  const bytes = new ByteWriter();
  const last = Math.min(keys.length, first + count);
  bytes.json(first === 0 && last === keys.length ? keys : keys.slice(first, last));
  const column = new Float64Array(last - first);
  for (let slot = 0; slot < width; slot++) {
    for (let row = first, at = first * width + slot; row < last; row++, at += width)
      column[row - first] = values[at] as number;
    bytes.column(column);
  }
  bytes.json(
    columns.flatMap(({ index }) => {
      const carried = [...(remainders[index] ?? [])].filter(([row]) => row >= first && row < last);
      return carried.length === 0
        ? []
        : [[index, carried.map(([row, value]) => [row - first, textOf(value)])]];
    }),
  );
  for (const { index, sketch } of columns) {
    if (sketch === undefined) continue;
    for (let row = first; row < last; row++) {
      const partial = partials[index]?.[row];
      // One byte before each, so that no bytes at all are a partial, too.
      if (partial === undefined) bytes.byte(ABSENT);
      else {
        bytes.byte(PRESENT);
        bytes.block(sketch.encode(partial));
      }
    }
  }
  return bytes.finish();
}

/**
 * Reads rows that {@link encodeRows} wrote.
 *
 * @throws DeltaFormatError when the bytes are not rows of this layout
 */
export function decodeRows(block: Uint8Array, layout: Layout): Partials {
  const reader = new ByteReader(block);
  const keys = reader.json() as string[];
  const count = keys.length;
  const numbers = new Float64Array(count * layout.initial.length);
  layout.initial.forEach((absent, slot) => {
    reader.column(numbers, slot * count, count, absent);
  });
  const remainders = reader.json() as [index: number, carried: [row: number, value: string][]][];
  const objects = layout.columns.map(({ sketch }) =>
    sketch === undefined ? [] : readObjects(reader, sketch, count),
  );
  return {
    keys,
    numbers,
    perSlot: count,
    perKey: 1,
    carried: (column) =>
      remainders
        .filter(([index]) => index === column)
        .flatMap(([, carried]) => carried.map(([row, value]) => [row, fromText(value)] as const)),
    objects: (column) => objects[column] ?? [],
  };
}

function readObjects(
  reader: ByteReader,
  sketch: Sketch,
  count: number,
): (readonly [row: number, partial: unknown])[] {
  const objects: (readonly [row: number, partial: unknown])[] = [];
  for (let row = 0; row < count; row++) {
    const mark = reader.byte();
    if (mark === PRESENT) objects.push([row, sketch.decode(reader.block())]);
    else if (mark !== ABSENT) throw new DeltaFormatError('a sketch is of an unknown encoding');
  }
  return objects;
}

/** A whole number with many zeros at its end in base 2: its other digits in base 16, and how many zeros follow. */
function textOf(value: bigint): string {
  const size = value < 0n ? -value : value;
  const digits = size.toString(16);
  const kept = digits.replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${kept || '0'}.${(digits.length - kept.length) * 4}`;
}

/** @throws DeltaFormatError when the text is no such number */
function fromText(text: string): bigint {
  const [, sign, digits, zeros] = /^(-?)([0-9a-f]+)\.(\d+)$/.exec(text) ?? [];
  if (digits === undefined) throw new DeltaFormatError('the rest of a sum is not a number');
  const size = BigInt(`0x${digits}`) << BigInt(zeros ?? 0);
  return sign === '-' ? -size : size;
}
