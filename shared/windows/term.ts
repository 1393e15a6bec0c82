import type { Expression } from '../pipeline/index.ts';
import type { Operand } from './expression.ts';

/** The code of an operand's value in one event: statements that compute it, and what stands for it afterwards. */
export interface Term {
  readonly statements: readonly string[];
  /** The value as a double. */
  readonly value: string;
  /** Whether the event has the operand; empty where every event has. */
  readonly present: string;
  /** Whether no step of a whole-number expression passed 2^53; empty where there is no step. */
  readonly safe: string;
  /** The value of a whole-number expression as a BigInt, exact also where `safe` is false. */
  readonly exact: string;
}

/**
 * Generates the code of an operand.
 *
 * @param name - a prefix for variables that no other term uses
 * @param field - the variable that holds a field
 */
export function termOf(operand: Operand, name: string, field: (name: string) => string): Term {
  const { expression, integer, kind, optional } = operand;
  if (kind === 'time') {
    return { statements: [], value: 'time', present: '', safe: '', exact: 'BigInt(time)' };
  }
  if (kind === 'scalar') return scalarTerm(`${name}_present`, field(operand.fields[0] ?? ''));
  const steps: string[] = [];
  const evaluate = (of: Expression): string => {
    if (typeof of === 'string') return field(of);
    if (typeof of === 'number') return `(${of})`;
    const computed = `${evaluate(of.left)} ${of.op} ${evaluate(of.right)}`;
    const step = `${name}_${steps.length}`;
    // Without the test, null + 1 would be computed only to be thrown away, and V8 would compile a slow addition for it.
    steps.push(`const ${step} = ${optional ? `${name}_fields ? ${computed} : 0` : computed};`);
    return step;
  };
  const value = evaluate(expression);
  const finite = (variable: string) => `Number.isFinite(${variable})`;
  const held = (variable: string) => (integer ? `Number.isInteger(${variable})` : finite(variable));
  const fields = operand.fields.map((used) => held(field(used))).join(' && ') || 'true';
  const present = integer || steps.length === 0 ? `${name}_fields` : `${name}_present`;
  const literal = typeof expression === 'number' && !Number.isFinite(expression);
  return {
    statements: [
      ...(optional ? [`const ${name}_fields = ${literal ? 'false' : fields};`] : []),
      ...steps,
      ...(optional && present.endsWith('_present')
        ? [`const ${present} = ${name}_fields && ${finite(value)};`]
        : []),
    ],
    value,
    present: optional ? present : '',
    safe: steps.map((_, index) => isSafe(`${name}_${index}`)).join(' && '),
    exact: integer ? exactly(expression, field) : '',
  };
}

/** A field that holds a number, a text or a truth value. */
function scalarTerm(present: string, value: string): Term {
  const type = `typeof ${value}`;
  const holds = `${type} === 'string' || ${type} === 'boolean' || Number.isFinite(${value})`;
  return { statements: [`const ${present} = ${holds};`], value, present, safe: '', exact: '' };
}

/** Code that tells whether a variable holds a number within the range in which whole numbers are exact. */
export const isSafe = (variable: string): string =>
  `${variable} <= ${Number.MAX_SAFE_INTEGER} && ${variable} >= ${Number.MIN_SAFE_INTEGER}`;

function exactly(of: Expression, field: (name: string) => string): string {
  if (typeof of === 'string') return `BigInt(${field(of)})`;
  if (typeof of === 'number') return `(${of}n)`;
  return `(${exactly(of.left, field)} ${of.op} ${exactly(of.right, field)})`;
}
