import { type EventType, type Expression, fieldOf, fieldsIn } from '../pipeline/index.ts';

/** What of an event a column is about, with what the compiler has to know of it. */
export interface Operand {
  /** Canonical text: equal for equal expressions, different for different ones. */
  readonly id: string;
  /** `number`: an expression; `scalar`: a field of texts, truth values or numbers; `time`: the event time. */
  readonly kind: 'number' | 'scalar' | 'time';
  readonly expression: Expression;
  /** Names of the fields it reads, each once. */
  readonly fields: readonly string[];
  /** Whole numbers only, so that sums of it are whole and kept as such. */
  readonly integer: boolean;
  /** Some events may have no value of it: a field is missing or null, or the result is no finite number. */
  readonly optional: boolean;
}

/** The event time in epoch milliseconds; its id is no expression's, in which names are quoted. */
export const EVENT_TIME: Operand = {
  id: 'time',
  kind: 'time',
  expression: 0,
  fields: [],
  integer: true,
  optional: false,
};

/** Analyses an expression over the fields of a type. */
export function operandOf(expression: Expression, type: EventType): Operand {
  const integer = isInteger(expression, type);
  const fields = fieldsIn(expression);
  const computed = typeof expression === 'object';
  const nullable = fields.some((field) => fieldOf(type, field)?.nullable !== false);
  return {
    id: idOf(expression),
    kind: 'number',
    expression,
    fields,
    integer,
    optional:
      nullable || (computed && !integer) || (typeof expression === 'number' && !Number.isFinite(expression)),
  };
}

/** Analyses a field that may hold texts, or an expression over numbers. */
export function scalarOf(of: Expression, type: EventType): Operand {
  if (typeof of !== 'string' || isNumeric(of, type)) return operandOf(of, type);
  const id = `scalar ${idOf(of)}`;
  return { id, kind: 'scalar', expression: of, fields: [of], integer: false, optional: true };
}

function idOf(expression: Expression): string {
  if (typeof expression === 'string') return JSON.stringify(expression);
  if (typeof expression === 'number') return String(expression);
  return `(${idOf(expression.left)} ${expression.op} ${idOf(expression.right)})`;
}

/** Division leaves the whole numbers; so does a field that may hold anything else. */
function isInteger(expression: Expression, type: EventType): boolean {
  if (typeof expression === 'number') return Number.isSafeInteger(expression);
  if (typeof expression === 'object') {
    return expression.op !== '/' && isInteger(expression.left, type) && isInteger(expression.right, type);
  }
  const types = fieldOf(type, expression)?.types ?? [];
  return types.length > 0 && types.every((name) => name === 'integer');
}

function isNumeric(field: string, type: EventType): boolean {
  const types = fieldOf(type, field)?.types ?? [];
  return types.length > 0 && types.every((name) => name === 'integer' || name === 'number');
}
