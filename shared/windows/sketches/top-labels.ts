import { ByteReader, ByteWriter } from '../bytes.ts';
import { ColumnList, type Layout } from '../columns.ts';
import { addReal, carryInteger, integerSum, realSum } from '../exact.ts';
import type { Operand } from '../expression.ts';
import { foldRows, partialsOf, pick } from '../partials.ts';
import { Rows } from '../rows.ts';
import { decodeRows, encodeRows } from '../rows-codec.ts';
import type { ResultValue } from '../types.ts';
import type { ScalarValue, Sketch } from './sketch.ts';

/**
 * Weights of labels, exact up to a capacity and cut down beyond it as in P. K. Agarwal and others, "Mergeable summaries" (PODS 2012,
 * section 3, on the summary of J. Misra and D. Gries): when there are more labels than `capacity`, the weight e of the one after
 * the (capacity / 2) heaviest is taken off all, and those left with nothing are forgotten. Weights are then too low by at most
 * the sum of the e. Each e takes itself off at least capacity / 2 labels, so with weights that are not negative the sum is
 * at most 2 / capacity of the whole weight, wherever and in whatever order partials were cut and merged. Up to the capacity every
 * order gives the same bytes; beyond it the same cut of the log does, since it is merged in a fixed order.
 */
export class LabelWeights {
  rows: Rows;
  /** By how much any weight may be too low. */
  error = 0;
  readonly #layout: Layout;

  constructor(layout: Layout, rows = new Rows(layout, 4)) {
    this.#layout = layout;
    this.rows = rows;
  }

  /** The k heaviest labels, equal ones in the order of their UTF-16 code units. */
  heaviest(k: number): ResultValue {
    const weights = this.weights();
    const order = Array.from(weights.keys()).sort(
      (a, b) => (weights[b] as number) - (weights[a] as number) || compare(this.#label(a), this.#label(b)),
    );
    return order.slice(0, k).map((row) => ({
      label: this.#label(row),
      weight: (weights[row] as number) + 0,
      error: this.error,
    }));
  }

  /** The rounded weights, by row. */
  weights(): Float64Array {
    const { remainders, values, width } = this.rows;
    const carried = remainders[0];
    return Float64Array.from({ length: this.rows.size }, (_, row) => {
      const held = values[row * width] as number;
      return width === 1
        ? integerSum(held, carried?.get(row))
        : realSum(held, values[row * width + 1] as number, carried?.get(row));
    });
  }

  /** Cuts the labels down to half of the capacity if they are more than that. */
  trim(capacity: number): void {
    if (this.rows.size <= capacity) return;
    const weights = this.weights();
    const least = weights.slice().sort()[weights.length - 1 - Math.floor(capacity / 2)] as number;
    const chosen: number[] = [];
    for (const [row, weight] of weights.entries()) if (weight > least) chosen.push(row);
    const kept = new Rows(this.#layout, Math.max(4, chosen.length));
    foldRows(this.#layout, kept, pick(partialsOf(this.rows), chosen, this.#layout));
    this.rows = kept;
    if (least <= 0) return;
    for (let row = 0; row < kept.size; row++) weigh(kept, row, -least);
    this.error += least;
  }

  #label(row: number): string {
    return this.rows.keys[row] as string;
  }
}

/** Adds to a label's weight. */
function weigh(rows: Rows, row: number, weight: number): void {
  // Whole numbers may overflow in an expression.
  if (!Number.isFinite(weight)) return;
  const at = row * rows.width;
  if (rows.width === 2) {
    addReal(rows, 0, at, row, weight);
    return;
  }
  const sum = (rows.values[at] as number) + weight;
  if (Number.isSafeInteger(sum)) rows.values[at] = sum;
  else carryInteger(rows, 0, at, row, BigInt(weight));
}

/**
 * The sketch of the heaviest labels.
 *
 * @param weight - what a label weighs in an event; where there is none, every event weighs 1
 */
export function topLabels(capacity: number, weight: Operand | undefined): Sketch<LabelWeights, ScalarValue> {
  const list = new ColumnList();
  if (weight === undefined || weight.integer) list.column('integers');
  else list.column('reals');
  const layout: Layout = {
    columns: list.columns,
    initial: Float64Array.from(list.initial),
    values: [],
    totals: [],
    times: undefined,
  };
  return {
    ordered: true,
    create: () => new LabelWeights(layout),
    add(labels, label, by) {
      weigh(labels.rows, labels.rows.rowOf(String(label)), by);
      labels.trim(capacity);
      return labels;
    },
    merge(into, from) {
      foldRows(layout, into.rows, partialsOf(from.rows));
      into.error += from.error;
      into.trim(capacity);
      return into;
    },
    encode({ rows, error }) {
      const bytes = new ByteWriter(256);
      bytes.json(error);
      bytes.block(encodeRows(rows, layout, 0, rows.size));
      return bytes.finish();
    },
    decode(encoded) {
      const bytes = new ByteReader(encoded);
      const error = Number(bytes.json());
      const partials = decodeRows(bytes.block(), layout);
      const rows = new Rows(layout, Math.max(4, partials.keys.length));
      foldRows(layout, rows, partials);
      const labels = new LabelWeights(layout, rows);
      labels.error = error;
      return labels;
    },
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
