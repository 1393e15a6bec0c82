import type { Column, Layout } from './columns.ts';
import { integerSum, realSum } from './exact.ts';
import type { Compute, Formula } from './formulas.ts';
import type { Rows } from './rows.ts';
import { finite } from './statistics.ts';
import type { ResultValues } from './types.ts';

/** Makes the values of one row. The first row of `totals` holds the sums over all keys, which shares divide by. */
export type Result = (rows: Rows, row: number, totals: Rows, start: number) => ResultValues;

/** Compiles the formulas of a stage's values into one function; names become literals by JSON.stringify alone. */
export function compileResult({ initial, values }: Layout): Result {
  const read = ({ primitive, index, slot }: Column, rows: string, row: string): string => {
    const held = (extra: number) => `${rows}.values[${row} * ${initial.length} + ${slot + extra}]`;
    const carried = `${rows}.remainders[${index}]?.get(${row})`;
    if (primitive === 'integers') return `finite(integerSum(${held(0)}, ${carried}))`;
    if (primitive === 'reals') return `finite(realSum(${held(0)}, ${held(1)}, ${carried}))`;
    return `finite(${held(0)})`;
  };
  const own = new Map<string, string>();
  const total = new Map<string, string>();
  const variable = (known: Map<string, string>, prefix: string, { index }: Column, code: string): string => {
    const name = `${prefix}${index}`;
    known.set(name, `const ${name} = ${code};`);
    return name;
  };
  const ownOf = (column: Column) => variable(own, 'c', column, read(column, 'rows', 'row'));
  const totalOf = (column: Column) => variable(total, 't', column, read(column, 'totals', '0'));
  const computed: Compute[] = [];
  const formula = (of: Formula): string => {
    switch (of.kind) {
      case 'column':
        return ownOf(of.column);
      case 'quotient':
        return `quotient(${formula(of.dividend)}, ${formula(of.divisor)})`;
      case 'share':
        return `quotient(${ownOf(of.column)}, ${totalOf(of.column)})`;
      case 'computed':
        return `computed[${computed.push(of.compute) - 1}](rows, row, start)`;
    }
  };
  // Computed names, because a plain "__proto__" in a literal would set the prototype.
  const members = values.map(([name, of]) => `[${JSON.stringify(name)}]: ${formula(of)}`);
  const statements = [...own.values(), ...total.values(), `return { ${members.join(', ')} };`];
  const source = `return function result(rows, row, totals, start) {\n${statements.join('\n')}\n};`;
  const tools = { integerSum, realSum, finite, quotient, computed };
  return new Function(...Object.keys(tools), source)(...Object.values(tools));
}

const quotient = (dividend: number | null, divisor: number | null): number | null =>
  dividend === null || divisor === null || divisor === 0 ? null : finite(dividend / divisor);
