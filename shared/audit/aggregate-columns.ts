import { type Edge, type Expression, fieldOf, type WindowStage } from '../pipeline/index.ts';
import { expressionSql, type Fields } from './fields.ts';

/** SQL of a stage's aggregates, collected while they are gone through. */
export class AggregateSql {
  /** What is computed of every event: column -> SQL over the fields. */
  readonly events = new Map<string, string>();
  /** What is computed of every event of a window, over the window: column -> SQL. */
  readonly windowed = new Map<string, string>();
  /** Aggregates: column -> SQL. */
  readonly columns = new Map<string, string>();
  /** Rankings, each a CTE of its own with the columns ws, we, k: name -> SQL. */
  readonly rankings = new Map<string, string>();
  /** Columns that rankings add. */
  readonly joined = new Map<string, string>();
  readonly #fields: Fields;
  readonly #stage: WindowStage;

  constructor(stage: WindowStage, fields: Fields) {
    this.#stage = stage;
    this.#fields = fields;
  }

  /** A column for an expression over every event. */
  number(of: Expression): string {
    return this.#column(this.events, 'x', expressionSql(of, this.#fields));
  }

  /** A column for a field of any kind, as JSON; null where it is missing, null, or no text, number or truth value. */
  scalar(of: Edge['of'] | string): string {
    if (typeof of !== 'string' || this.#isNumeric(of)) return this.number(of);
    const json = this.#fields.json(of);
    return this.#column(
      this.events,
      'j',
      `CASE WHEN ${json} <> 'null' AND ${json} NOT LIKE '[%' AND ${json} NOT LIKE '{%' THEN ${json} END`,
    );
  }

  /** A column for a field whatever it holds, as JSON. */
  any(field: string): string {
    return this.#column(this.events, 'f', this.#fields.json(field));
  }

  /** A column for what names a label: as text, whatever it is. */
  label(of: string): string {
    const json = this.#fields.json(of);
    const isScalar = `${json} <> 'null' AND ${json} NOT LIKE '[%' AND ${json} NOT LIKE '{%'`;
    return this.#column(this.events, 'l', `CASE WHEN ${isScalar} THEN ${this.#fields.text(of)} END`);
  }

  #isNumeric(field: string): boolean {
    const types = fieldOf(this.#stage.input, field)?.types ?? [];
    return types.length > 0 && types.every((type) => type === 'integer' || type === 'number');
  }

  aggregate(sql: string): string {
    return this.#column(this.columns, 'a', sql);
  }

  overWindow(sql: string): string {
    return this.#column(this.windowed, 'w', `${sql} OVER (PARTITION BY ws, we, k)`);
  }

  ranking(sql: string, columns: readonly string[]): string {
    const name = this.#column(this.rankings, 'ranking', sql);
    for (const column of columns) this.joined.set(`${name}_${column}`, `${name}.${column}`);
    return name;
  }

  #column(known: Map<string, string>, prefix: string, sql: string): string {
    for (const [name, own] of known) if (own === sql) return name;
    const name = `${prefix}${known.size}`;
    known.set(name, sql);
    return name;
  }
}

/** A list as JSON text, which every engine and client hands over in the same way. */
export const listed = (sql: string): string => `json_format(CAST(${sql} AS json))`;
