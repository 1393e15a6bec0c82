import type { Aggregate, EventType, Expression } from '../pipeline/index.ts';
import type { Column, ColumnList } from './columns.ts';
import { EVENT_TIME, type Operand, operandOf, scalarOf } from './expression.ts';
import type { Rows } from './rows.ts';
import { ddSketch, quantileOf } from './sketches/ddsketch.ts';
import { textEdge } from './sketches/edge.ts';
import { hyperLogLog } from './sketches/hyperloglog.ts';
import { topLabels } from './sketches/top-labels.ts';
import { userSketch } from './sketches/user.ts';
import { binsOf, correlationOf, covarianceOf, edgeOf, finite, trendOf, varianceOf } from './statistics.ts';
import type { ResultValue } from './types.ts';

/** Makes a value of one row; `start` is that of the window. */
export type Compute = (rows: Rows, row: number, start: number) => ResultValue;

/** How an aggregate's value is computed from the columns of a row. */
export type Formula =
  | { readonly kind: 'column'; readonly column: Column }
  | { readonly kind: 'quotient'; readonly dividend: Formula; readonly divisor: Formula }
  | { readonly kind: 'share'; readonly column: Column }
  | { readonly kind: 'computed'; readonly compute: Compute };

const plain = (column: Column): Formula => ({ kind: 'column', column });
const computed = (compute: Compute): Formula => ({ kind: 'computed', compute });

/** The value of a sketch: `empty` where no event had one. */
function ofSketch<P>(
  column: Column,
  result: (partial: P) => ResultValue,
  empty: ResultValue = null,
): Formula {
  return computed((rows, row) => {
    const partial = rows.partials[column.index]?.[row];
    return partial === undefined ? empty : result(partial as P);
  });
}

/** Breaks one aggregate down into columns of a list, and says how they make its value. */
export function formulaOf(aggregate: Aggregate, type: EventType, list: ColumnList): Formula {
  const number = (of: Expression) => operandOf(of, type);
  switch (aggregate.kind) {
    case 'count':
      return plain(aggregate.of === undefined ? list.count() : list.count(number(aggregate.of)));
    case 'sum':
      return plain(list.sum(number(aggregate.of)));
    case 'min':
    case 'max':
      return plain(list.column(aggregate.kind, { operand: number(aggregate.of) }));
    case 'mean': {
      const of = number(aggregate.of);
      return { kind: 'quotient', dividend: plain(list.sum(of)), divisor: plain(list.count(of)) };
    }
    case 'ratio':
      return {
        kind: 'quotient',
        dividend: formulaOf(aggregate.numerator, type, list),
        divisor: formulaOf(aggregate.denominator, type, list),
      };
    case 'share': {
      const column = list.sum(number(aggregate.of));
      list.totals.add(column);
      return { kind: 'share', column };
    }
    case 'variance':
    case 'stddev': {
      const moments = momentsOf(number(aggregate.of), list);
      const variance = varianceOf(moments, aggregate.basis);
      if (aggregate.kind === 'variance') return computed(variance);
      return computed((rows, row) => {
        const value = variance(rows, row);
        return value === null ? null : Math.sqrt(value);
      });
    }
    case 'covariance':
    case 'correlation': {
      const [x, y] = [number(aggregate.of), number(aggregate.with)].sort(byId) as [Operand, Operand];
      const joint = { n: list.count(x, y), x: list.sum(x, y), y: list.sum(y, x), xy: list.product(x, y) };
      if (aggregate.kind === 'covariance') return computed(covarianceOf(joint, aggregate.basis));
      return computed(correlationOf({ ...joint, xx: list.product(x, x, y), yy: list.product(y, y, x) }));
    }
    case 'first':
    case 'last': {
      const operand = scalarOf(aggregate.of, type);
      if (operand.kind === 'number') return computed(edgeOf(list.column(aggregate.kind, { operand })));
      const sketch = textEdge(aggregate.kind);
      const column = list.column('sketch', { operand, sketch, parameters: aggregate.kind });
      return ofSketch<ReturnType<typeof sketch.create>>(column, ({ value }) => value ?? null);
    }
    case 'distinct': {
      const { precision } = aggregate;
      const sketch = hyperLogLog(precision);
      const parameters = `distinct ${precision}`;
      const column = list.column('sketch', { operand: scalarOf(aggregate.of, type), sketch, parameters });
      return ofSketch<ReturnType<typeof sketch.create>>(column, (partial) => partial.estimate(), 0);
    }
    case 'quantile':
    case 'quantiles': {
      const { accuracy } = aggregate;
      const sketch = ddSketch(accuracy);
      const parameters = `quantiles ${accuracy}`;
      const column = list.column('sketch', { operand: number(aggregate.of), sketch, parameters });
      type Partial = ReturnType<typeof sketch.create>;
      if (aggregate.kind === 'quantile') {
        return ofSketch<Partial>(column, (partial) => finite(quantileOf(partial, aggregate.q, accuracy)));
      }
      const named = aggregate.qs.map((q) => [`p${Number((q * 100).toPrecision(12))}`, q] as const);
      return ofSketch<Partial>(column, (partial) =>
        Object.fromEntries(named.map(([name, q]) => [name, finite(quantileOf(partial, q, accuracy))])),
      );
    }
    case 'top-k': {
      const { capacity, k } = aggregate;
      const factor = aggregate.by === undefined ? undefined : number(aggregate.by);
      const sketch = topLabels(capacity, factor);
      const operand = { ...scalarOf(aggregate.label, type), optional: true };
      const column = list.column('sketch', { operand, factor, sketch, parameters: `top ${capacity}` });
      return ofSketch<ReturnType<typeof sketch.create>>(column, (partial) => partial.heaviest(k));
    }
    case 'trend': {
      const of = number(aggregate.of);
      const n = list.count(of);
      const t = list.sum(EVENT_TIME, of);
      const tt = list.product(EVENT_TIME, EVENT_TIME, of);
      return computed(
        trendOf({ n, x: list.sum(of), y: t, xy: list.product(of, EVENT_TIME), yy: tt }, aggregate.per),
      );
    }
    case 'histogram': {
      const { boundaries } = aggregate;
      return computed(binsOf(list.column('bins', { operand: number(aggregate.of), boundaries })));
    }
    case 'user': {
      const sketch = userSketch(aggregate);
      const { name, version, fields } = aggregate;
      const parameters = `${name} ${version} of ${JSON.stringify(fields)}`;
      const column = list.column('sketch', { sketch, parameters, user: name });
      return ofSketch<ReturnType<typeof sketch.create>>(column, (partial) => sketch.result(partial));
    }
  }
}

function momentsOf(of: Operand, list: ColumnList) {
  return { n: list.count(of), x: list.sum(of), xx: list.product(of, of) };
}

const byId = (a: Operand, b: Operand): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
