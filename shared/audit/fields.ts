import { quoteText } from '../lake/types.ts';
import {
  type Condition,
  type Expression,
  type FilterStage,
  fieldOf,
  type Projection,
  resultKeyField,
  type WindowStage,
} from '../pipeline/index.ts';

/** How the engines of SQL differ that audits run on; DuckDB is given Athena's functions, see lake/views.ts. */
export interface Dialect {
  /** The path of a field in `json_extract`. */
  path(field: string): string;
}

const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A JSON pointer, RFC 6901. @see https://duckdb.org/docs/stable/data/json/json_functions */
export const DUCKDB: Dialect = {
  path: (field) => `/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`,
};
/** @see https://trino.io/docs/current/functions/json.html */
export const ATHENA: Dialect = {
  path: (field) => (PLAIN.test(field) ? `$.${field}` : `$["${field.replaceAll('"', '\\"')}"]`),
};

/** SQL for the fields of an event's data. */
export interface Fields {
  /** As a double; null where it is missing, null, or no finite number. */
  number(field: string): string;
  /** As text: that of a text without its quotes. */
  text(field: string): string;
  /** As JSON; SQL's null where it is missing. */
  json(field: string): string;
}

/** The fields of data that is in a column as JSON. */
export function jsonFields({ path }: Dialect, column: string): Fields {
  const at = (field: string): string => `${column}, ${quoteText(path(field))}`;
  const text = (field: string): string => `json_extract_scalar(${at(field)})`;
  return {
    number: (field) => `try_cast(${text(field)} AS double)`,
    text,
    json: (field) => `json_format(json_extract(${at(field)}))`,
  };
}

/** The fields of a window stage's results as stages that read them see them. */
export function resultFieldsSql(dialect: Dialect, stage: WindowStage): Fields {
  const values = jsonFields(dialect, 'data');
  const own: Readonly<Record<string, string>> = { start: 'window_start_ms', end: 'window_end_ms' };
  const keyField = resultKeyField(stage);
  const time = (field: string): string | undefined => (Object.hasOwn(own, field) ? own[field] : undefined);
  return {
    number: (field) => {
      const column = time(field);
      return column === undefined ? values.number(field) : `CAST(${column} AS double)`;
    },
    text: (field) => {
      if (field === keyField) return 'key';
      const column = time(field);
      return column === undefined ? values.text(field) : `CAST(${column} AS varchar)`;
    },
    json: (field) => {
      if (field === keyField) return 'json_format(CAST(key AS json))';
      const column = time(field);
      return column === undefined ? values.json(field) : `CAST(${column} AS varchar)`;
    },
  };
}

/** A number as a double literal. */
export const numberLiteral = (value: number): string => {
  const text = value.toExponential().toUpperCase();
  return value < 0 ? `(${text})` : text;
};

/**
 * Arithmetic over fields: null where a part is missing or the result is no finite number.
 *
 * @param everyStep - whether no step may leave the finite numbers, as filter stages have it; window stages look at the end only
 */
export function expressionSql(of: Expression, fields: Fields, everyStep = false): string {
  if (typeof of === 'string') return fields.number(of);
  if (typeof of === 'number') return Number.isFinite(of) ? numberLiteral(of) : 'CAST(NULL AS double)';
  return finite(calculationSql(of, fields, everyStep));
}

function calculationSql(of: Expression, fields: Fields, everyStep: boolean): string {
  if (typeof of === 'string' || typeof of === 'number') return expressionSql(of, fields);
  const part = (inner: Expression): string =>
    everyStep ? expressionSql(inner, fields, true) : calculationSql(inner, fields, false);
  return `(${part(of.left)} ${of.op} ${part(of.right)})`;
}

const finite = (value: string): string => `CASE WHEN is_finite(${value}) THEN ${value} END`;

/** Whether a condition holds: true or false, never null. */
export function conditionSql(condition: Condition, fields: Fields): string {
  switch (condition.kind) {
    case 'compare':
      return `coalesce(${expressionSql(condition.of, fields, true)} ${condition.op} ${numberLiteral(condition.limit)}, false)`;
    case 'oneOf':
      return either(condition.values.map((value) => equalsSql(condition.field, value, fields)));
    case 'isPresent':
      return `coalesce(${fields.json(condition.field)} <> 'null', false)`;
    case 'not':
      return `NOT ${conditionSql(condition.of, fields)}`;
    case 'anyOf':
      return either(condition.of.map((part) => conditionSql(part, fields)));
    case 'allOf':
      return condition.of.length === 0
        ? 'true'
        : `(${condition.of.map((part) => conditionSql(part, fields)).join(' AND ')})`;
  }
}

const either = (parts: readonly string[]): string =>
  parts.length === 0 ? 'false' : `(${parts.join(' OR ')})`;

/** The number 1 and the text "1" are different: texts begin with a quote in JSON. */
function equalsSql(field: string, value: string | number | boolean, fields: Fields): string {
  const json = fields.json(field);
  if (typeof value === 'boolean') return `coalesce(${json} = '${value}', false)`;
  if (typeof value === 'number')
    return `coalesce(${json} NOT LIKE '"%' AND ${fields.number(field)} = ${numberLiteral(value)}, false)`;
  return `coalesce(${json} LIKE '"%' AND ${fields.text(field)} = ${quoteText(value)}, false)`;
}

/** The fields of what a filter stage makes of fields; functions are no SQL. */
export function projectedFields(projection: Projection, from: Fields): Fields {
  const member =
    <K extends keyof Fields>(as: K) =>
    (field: string): string => {
      const of = Object.hasOwn(projection, field) ? projection[field] : undefined;
      if (of === undefined) return as === 'number' ? 'CAST(NULL AS double)' : 'CAST(NULL AS varchar)';
      if (typeof of === 'string') return from[as](of);
      const value = expressionSql(of, from, true);
      if (as === 'number') return value;
      return as === 'text' ? numberText(value) : `coalesce(${numberText(value)}, 'null')`;
    };
  return { number: member('number'), text: member('text'), json: member('json') };
}

/** A number as JSON writes it: a whole one without a point. */
const numberText = (value: string): string =>
  `CASE WHEN abs(${value}) < 1E15 AND ${value} = floor(${value}) THEN CAST(CAST(${value} AS bigint) AS varchar) ELSE CAST(${value} AS varchar) END`;

/** Whether a filter stage can be put into SQL as a whole. */
export const isDeclarative = ({ where, map }: FilterStage): boolean =>
  typeof where !== 'function' && typeof map !== 'function';

/** Whether events may lack a field, or have null in it. */
export const isOptional = (stage: WindowStage, field: string): boolean =>
  fieldOf(stage.input, field)?.nullable !== false;
