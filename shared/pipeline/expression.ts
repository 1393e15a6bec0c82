/**
 * Arithmetic over the numeric fields `F` of an event, as plain data: the same expression is compiled into the
 * window function and into SQL. A field that is missing or null makes the whole expression missing.
 */
export type Expression<F extends string = string> = F | number | Arithmetic<F>;

/** Two expressions joined by an operator. */
export interface Arithmetic<F extends string = string> {
  readonly op: '+' | '-' | '*' | '/';
  readonly left: Expression<F>;
  readonly right: Expression<F>;
}

const binary =
  (op: '+' | '-' | '*' | '/') =>
  <A extends Expression, B extends Expression>(left: A, right: B) =>
    ({ op, left, right }) as { readonly op: typeof op; readonly left: A; readonly right: B };

/** The sum of two expressions within one event. */
export const plus = binary('+');
/** The difference of two expressions within one event. */
export const minus = binary('-');
/** The product of two expressions within one event. */
export const times = binary('*');
/** The quotient of two expressions within one event. */
export const over = binary('/');

/** The names of the fields that an expression reads, each once. */
export function fieldsIn(expression: Expression): string[] {
  if (typeof expression === 'string') return [expression];
  if (typeof expression === 'number') return [];
  return [...new Set([...fieldsIn(expression.left), ...fieldsIn(expression.right)])];
}
