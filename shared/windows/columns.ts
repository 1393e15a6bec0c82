import type { WindowStage } from '../pipeline/index.ts';
import { EVENT_TIME, type Operand } from './expression.ts';
import { type Formula, formulaOf } from './formulas.ts';
import type { Sketch } from './sketches/sketch.ts';

/**
 * A primitive that aggregates are made of, kept once per key however many aggregates use it.
 *
 * - `count`: events; with an operand, those in which it is present
 * - `integers`: exact sum of whole numbers; one slot, and a sparse BigInt beyond 2^53 (see exact.ts)
 * - `reals`: exact sum of any numbers; two slots, and a sparse BigInt for what they cannot hold
 * - `products`: exact sum of products of two operands; three slots and a sparse BigInt (see product.ts)
 * - `min`, `max`: one slot; infinite where there was no value
 * - `first`, `last`: two slots, event time and value; the time is infinite where there was no value
 * - `bins`: a count per part between boundaries
 * - `sketch`: an object, in no slot
 */
export type Primitive =
  | 'count'
  | 'integers'
  | 'reals'
  | 'products'
  | 'min'
  | 'max'
  | 'first'
  | 'last'
  | 'bins'
  | 'sketch';

/** What a column is about. */
export interface Subject {
  readonly operand?: Operand | undefined;
  /** Of products, what the operand is multiplied by; of sketches, the weight. */
  readonly factor?: Operand | undefined;
  /** Must be present too, though its value is not used. */
  readonly guard?: Operand | undefined;
  /** Of bins, ascending: the first bin ends at the first one, the last begins at the last. */
  readonly boundaries?: readonly number[];
  /** Of sketches: parameters that tell one from another, and how it works. */
  readonly parameters?: string;
  readonly sketch?: Sketch;
  /** The sketch takes the whole event and may throw. */
  readonly user?: string;
}

/** One primitive over one subject: where its numbers lie in a row, and its place in the list of columns. */
export interface Column extends Subject {
  readonly id: string;
  readonly primitive: Primitive;
  readonly index: number;
  readonly slot: number;
}

/** The state of a stage per key: a row of numbers, and the formulas that turn it into the declared values. */
export interface Layout {
  readonly columns: readonly Column[];
  /** A new row: what each slot begins with. */
  readonly initial: Float64Array;
  readonly values: readonly (readonly [name: string, formula: Formula])[];
  /** The columns of which the sum over all keys is needed. */
  readonly totals: readonly Column[];
  /** Of sessions, which begin and end with events: when the first and the last were. */
  readonly times: { readonly first: Column; readonly last: Column } | undefined;
}

const SLOTS: Readonly<Record<Exclude<Primitive, 'bins'>, readonly number[]>> = {
  count: [0],
  integers: [0],
  reals: [0, 0],
  products: [0, 0, 0],
  min: [Number.POSITIVE_INFINITY],
  max: [Number.NEGATIVE_INFINITY],
  first: [Number.POSITIVE_INFINITY, 0],
  last: [Number.NEGATIVE_INFINITY, 0],
  sketch: [],
};

/** Collects columns: equal primitives over equal subjects become one. */
export class ColumnList {
  readonly columns: Column[] = [];
  readonly initial: number[] = [];
  readonly totals = new Set<Column>();

  column(primitive: Primitive, subject: Subject = {}): Column {
    const id = idOf(primitive, subject);
    const known = this.columns.find((candidate) => candidate.id === id);
    if (known !== undefined) return known;
    const added = { ...subject, id, primitive, index: this.columns.length, slot: this.initial.length };
    this.columns.push(added);
    this.initial.push(
      ...(primitive === 'bins' ? [0, ...(subject.boundaries ?? []).map(() => 0)] : SLOTS[primitive]),
    );
    return added;
  }

  /** The sum of an operand, over the events in which the guard is present too. */
  sum(operand: Operand, guard?: Operand): Column {
    return this.column(operand.integer ? 'integers' : 'reals', { operand, guard: needed(guard, operand) });
  }

  /** The sum of a product, over the events in which the guard is present too. */
  product(operand: Operand, factor: Operand, guard?: Operand): Column {
    return this.column('products', { operand, factor, guard: needed(guard, operand, factor) });
  }

  /** The number of events in which all operands are present; those that no event lacks are counted by the events themselves. */
  count(...operands: readonly Operand[]): Column {
    const [operand, guard] = operands.filter(
      ({ optional, id }, index) => optional && operands.findIndex((other) => other.id === id) === index,
    );
    return operand === undefined ? this.column('count') : this.column('count', { operand, guard });
  }
}

/** A guard that says anything beside the other operands. */
const needed = (guard: Operand | undefined, ...others: readonly Operand[]): Operand | undefined =>
  guard?.optional && !others.some(({ id }) => id === guard.id) ? guard : undefined;

function idOf(primitive: Primitive, { operand, factor, guard, boundaries, parameters }: Subject): string {
  return [
    primitive,
    ...(parameters === undefined ? [] : [parameters]),
    ...(operand === undefined ? [] : [operand.id]),
    ...(factor === undefined ? [] : ['by', factor.id]),
    ...(guard === undefined ? [] : ['with', guard.id]),
    ...(boundaries === undefined ? [] : ['at', boundaries.join(' ')]),
  ].join(' ');
}

/** Breaks a stage's aggregates down into columns. */
export function layoutOf(stage: WindowStage): Layout {
  const list = new ColumnList();
  const values = Object.entries(stage.values).map(
    ([name, aggregate]) => [name, formulaOf(aggregate, stage.input, list)] as const,
  );
  const times =
    stage.window.kind === 'session'
      ? {
          first: list.column('min', { operand: EVENT_TIME }),
          last: list.column('max', { operand: EVENT_TIME }),
        }
      : undefined;
  const { columns, initial, totals } = list;
  return { columns, initial: Float64Array.from(initial), values, totals: [...totals], times };
}
