import type { Condition, Expression } from '../pipeline/index.ts';

type Data = Readonly<Record<string, unknown>>;

/** Whether data fulfils a condition. A comparison of what is missing, null or no number is false. */
export function fulfils(data: Data, condition: Condition): boolean {
  switch (condition.kind) {
    case 'compare': {
      const value = numberIn(condition.of, data);
      return Number.isFinite(value) && compare(value, condition.op, condition.limit);
    }
    case 'oneOf':
      return condition.values.some((value) => value === data[condition.field]);
    case 'isPresent':
      return data[condition.field] !== undefined && data[condition.field] !== null;
    case 'allOf':
      return condition.of.every((part) => fulfils(data, part));
    case 'anyOf':
      return condition.of.some((part) => fulfils(data, part));
    case 'not':
      return !fulfils(data, condition.of);
  }
}

function compare(value: number, op: '>' | '>=' | '<' | '<=', limit: number): boolean {
  switch (op) {
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
  }
}

/** NaN where something is missing. */
function numberIn(expression: Expression, data: Data): number {
  if (typeof expression === 'number') return expression;
  if (typeof expression === 'string') {
    const value = data[expression];
    return typeof value === 'number' ? value : Number.NaN;
  }
  const [left, right] = [numberIn(expression.left, data), numberIn(expression.right, data)];
  switch (expression.op) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
  }
}
