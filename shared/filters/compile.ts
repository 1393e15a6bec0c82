import type { Condition, Expression, Projection } from '../pipeline/index.ts';

/** The data of an event that its schema has been checked against. */
export type Data = Readonly<Record<string, unknown>>;

const COMPARE = {
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
} as const;

const CALCULATE = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
} as const;

/** The function that a condition stands for. */
export function compileCondition(condition: Condition): (data: Data) => boolean {
  switch (condition.kind) {
    case 'compare': {
      const value = compileExpression(condition.of);
      const compare = COMPARE[condition.op];
      const { limit } = condition;
      return (data) => {
        const found = value(data);
        return found !== undefined && compare(found, limit);
      };
    }
    case 'oneOf': {
      const { field } = condition;
      const values: ReadonlySet<unknown> = new Set(condition.values);
      return (data) => values.has(own(data, field));
    }
    case 'isPresent': {
      const { field } = condition;
      return (data) => (own(data, field) ?? undefined) !== undefined;
    }
    case 'not': {
      const inner = compileCondition(condition.of);
      return (data) => !inner(data);
    }
    case 'allOf': {
      const parts = condition.of.map(compileCondition);
      return (data) => parts.every((holds) => holds(data));
    }
    case 'anyOf': {
      const parts = condition.of.map(compileCondition);
      return (data) => parts.some((holds) => holds(data));
    }
  }
}

/** The function that makes the new data of a projection: what is missing stays missing, arithmetic with it is null. */
export function compileProjection(projection: Projection): (data: Data) => Data {
  const fields = Object.entries(projection).map(([name, of]) => {
    if (typeof of === 'string') return [name, (data: Data) => own(data, of)] as const;
    const value = compileExpression(of);
    return [name, (data: Data) => value(data) ?? null] as const;
  });
  return (data) =>
    Object.fromEntries(
      fields.flatMap(([name, value]) => {
        const found = value(data);
        return found === undefined ? [] : [[name, found]];
      }),
    );
}

/** The number that an expression is in an event, `undefined` where a field is missing or null, or the result is no finite number. */
function compileExpression(of: Expression): (data: Data) => number | undefined {
  if (typeof of === 'number') return () => finite(of);
  if (typeof of === 'string') return (data) => finite(own(data, of));
  const left = compileExpression(of.left);
  const right = compileExpression(of.right);
  const calculate = CALCULATE[of.op];
  return (data) => {
    const a = left(data);
    const b = right(data);
    return a === undefined || b === undefined ? undefined : finite(calculate(a, b));
  };
}

/** What an object inherits is not data. */
const own = (data: Data, field: string): unknown => (Object.hasOwn(data, field) ? data[field] : undefined);

const finite = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
