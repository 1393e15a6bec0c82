import { ByteWriter } from './bytes.ts';
import type { Layout } from './columns.ts';
import { type Add, compileAdd, type SliceTable } from './compile-add.ts';
import type { Fingerprint } from './fingerprint.ts';
import { Rows } from './rows.ts';
import { encodeRows } from './rows-codec.ts';
import type { Delta } from './types.ts';

/** Version of the encoding that {@link Delta.encode} writes, its first byte. */
export const DELTA_VERSION = 2;

/** A batch has many keys, and its rows die with it. */
const EXPECTED_ROWS = 1_024;

/** Compiles the deltas of a stage. */
export function compileDelta(layout: Layout, fingerprint: Fingerprint): () => Delta {
  class StageDelta extends TableDelta implements Delta {
    declare add: Add;
  }
  StageDelta.prototype.add = compileAdd(layout);
  return () => new StageDelta(layout, fingerprint);
}

/** Rows per slice; the slice last used is at hand, since nearly every event falls into it. */
abstract class TableDelta implements SliceTable {
  slice = Number.NaN;
  current: Rows;
  readonly #tables = new Map<number, Rows>();
  readonly #layout: Layout;
  readonly #fingerprint: Fingerprint;

  constructor(layout: Layout, fingerprint: Fingerprint) {
    this.#layout = layout;
    this.#fingerprint = fingerprint;
    this.current = new Rows(layout, EXPECTED_ROWS);
  }

  turnTo(slice: number): Rows {
    let rows = this.#tables.get(slice);
    if (rows === undefined) {
      rows = this.#tables.size === 0 ? this.current : new Rows(this.#layout, EXPECTED_ROWS);
      this.#tables.set(slice, rows);
    }
    this.slice = slice;
    this.current = rows;
    return rows;
  }

  get rows(): number {
    let sum = 0;
    for (const rows of this.#tables.values()) sum += rows.size;
    return sum;
  }

  slices(): number[] {
    const touched = [...this.#tables].filter(([, rows]) => rows.size > 0);
    return touched.map(([slice]) => slice).sort((a, b) => a - b);
  }

  encode(): Uint8Array {
    const slices = this.slices();
    const bytes = beginDelta(this.#fingerprint, slices);
    for (const slice of slices) {
      const rows = this.#tables.get(slice);
      if (rows !== undefined) bytes.block(encodeRows(rows, this.#layout, 0, rows.size));
    }
    return bytes.finish();
  }
}

/** What comes before the blocks of the slices. */
function beginDelta(fingerprint: Fingerprint, slices: readonly number[]): ByteWriter {
  const bytes = new ByteWriter();
  bytes.byte(DELTA_VERSION);
  bytes.json([fingerprint.hashes, slices]);
  return bytes;
}

/** A delta of one slice, made of `count` rows from `first` on. */
export function encodeSlice(
  slice: number,
  rows: Rows,
  layout: Layout,
  fingerprint: Fingerprint,
  first: number,
  count: number,
): Uint8Array {
  const bytes = beginDelta(fingerprint, [slice]);
  bytes.block(encodeRows(rows, layout, first, count));
  return bytes.finish();
}
