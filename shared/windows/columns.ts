import type { Aggregate, Expression, WindowStage } from '../pipeline/index.ts';
import { EVENT_TIME, type Operand, operandOf } from './expression.ts';

/**
 * A primitive that aggregates are made of, kept once per key however many aggregates use it.
 *
 * - `count`: events; with an operand, those in which it is present
 * - `integers`: exact sum of whole numbers; one slot, and a sparse BigInt beyond 2^53 (see exact.ts)
 * - `reals`: exact sum of any numbers; two slots, and a sparse BigInt for what they cannot hold
 * - `min`, `max`: one slot; infinite where there was no value
 */
export type Primitive = 'count' | 'integers' | 'reals' | 'min' | 'max';

/** One primitive over one operand: where its numbers lie in a row, and its place in the list of columns. */
export interface Column {
  readonly id: string;
  readonly primitive: Primitive;
  readonly operand: Operand | undefined;
  readonly index: number;
  readonly slot: number;
}

/** How an aggregate's value is computed from the columns of a row. */
export type Formula =
  | { readonly kind: 'column'; readonly column: Column }
  | { readonly kind: 'quotient'; readonly dividend: Formula; readonly divisor: Formula }
  | { readonly kind: 'share'; readonly column: Column };

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

const SLOTS: Readonly<Record<Primitive, readonly number[]>> = {
  count: [0],
  integers: [0],
  reals: [0, 0],
  min: [Number.POSITIVE_INFINITY],
  max: [Number.NEGATIVE_INFINITY],
};

/** Breaks a stage's aggregates down into columns: equal primitives over equal expressions become one. */
export function layoutOf(stage: WindowStage): Layout {
  const columns: Column[] = [];
  const initial: number[] = [];
  const totals = new Set<Column>();
  const column = (primitive: Primitive, operand?: Operand): Column => {
    const id = operand === undefined ? primitive : `${primitive} ${operand.id}`;
    const known = columns.find((candidate) => candidate.id === id);
    if (known !== undefined) return known;
    const added = { id, primitive, operand, index: columns.length, slot: initial.length };
    columns.push(added);
    initial.push(...SLOTS[primitive]);
    return added;
  };
  const sumOf = (operand: Operand) => column(operand.integer ? 'integers' : 'reals', operand);
  const totalOf = (operand: Operand) => {
    const summed = sumOf(operand);
    totals.add(summed);
    return summed;
  };
  // An operand that no event lacks is counted by the events themselves.
  const countOf = (operand: Operand) => (operand.optional ? column('count', operand) : column('count'));
  const operand = (of: Expression) => operandOf(of, stage.input);

  const formula = (aggregate: Aggregate): Formula => {
    switch (aggregate.kind) {
      case 'count':
        return {
          kind: 'column',
          column: aggregate.of === undefined ? column('count') : countOf(operand(aggregate.of)),
        };
      case 'sum':
        return { kind: 'column', column: sumOf(operand(aggregate.of)) };
      case 'min':
      case 'max':
        return { kind: 'column', column: column(aggregate.kind, operand(aggregate.of)) };
      case 'mean': {
        const of = operand(aggregate.of);
        return {
          kind: 'quotient',
          dividend: { kind: 'column', column: sumOf(of) },
          divisor: { kind: 'column', column: countOf(of) },
        };
      }
      case 'ratio':
        return {
          kind: 'quotient',
          dividend: formula(aggregate.numerator),
          divisor: formula(aggregate.denominator),
        };
      case 'share':
        return { kind: 'share', column: totalOf(operand(aggregate.of)) };
    }
  };
  const values = Object.entries(stage.values).map(([name, aggregate]) => [name, formula(aggregate)] as const);
  const times =
    stage.window.kind === 'session'
      ? { first: column('min', EVENT_TIME), last: column('max', EVENT_TIME) }
      : undefined;
  return { columns, initial: Float64Array.from(initial), values, totals: [...totals], times };
}
