import type { DuckDBConnection } from '@duckdb/node-api';
import { lakeViews } from '../../../shared/lake/views.ts';
import type { EventType } from '../../../shared/pipeline/index.ts';
import type { Answer, Value } from './answer.ts';
import { findLakeFiles } from './lake-files.ts';
import { plainValue } from './plain-value.ts';

/** A lake's tables in a DuckDB of their own, in memory. */
export class LakeDatabase {
  readonly #connection: DuckDBConnection;

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  /** @param root - folder of the lake's bucket */
  static async open(root: string, types: readonly EventType[]): Promise<LakeDatabase> {
    // Loaded only here: it is large, and no other command needs it.
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const files = await findLakeFiles(connection, root, types);
    for (const statement of lakeViews(files, types)) await connection.run(statement);
    return new LakeDatabase(connection);
  }

  /**
   * Runs one or several statements; the last one's rows are the answer.
   *
   * @throws Error with DuckDB's message, which names what is wrong
   */
  async query(sql: string): Promise<Answer> {
    const result = await this.#connection.runAndReadAll(sql);
    return {
      columns: result.deduplicatedColumnNames(),
      rows: result.getRows().map((row) => row.map(plainValue)),
    };
  }

  /** Runs a statement and gives its rows as they come, by the names of their columns. */
  async *rows(sql: string): AsyncGenerator<Record<string, Value>> {
    const result = await this.#connection.stream(sql);
    const names = result.deduplicatedColumnNames();
    for await (const rows of result.yieldRows()) {
      for (const row of rows) {
        yield Object.fromEntries(names.map((name, at) => [name, plainValue(row[at] ?? null)]));
      }
    }
  }

  /** Makes a temporary table and fills it. */
  async fill(
    table: string,
    columns: Readonly<Record<string, 'BIGINT' | 'VARCHAR'>>,
    rows: AsyncIterable<readonly (number | string | null)[]>,
  ): Promise<void> {
    const kinds = Object.entries(columns);
    const list = kinds.map(([name, type]) => `${name} ${type}`).join(', ');
    await this.#connection.run(`CREATE TEMP TABLE ${table} (${list})`);
    const appender = await this.#connection.createAppender(table);
    for await (const row of rows) {
      for (const value of row) {
        if (value === null) appender.appendNull();
        else if (typeof value === 'number') appender.appendBigInt(BigInt(value));
        else appender.appendVarchar(value);
      }
      appender.endRow();
    }
    appender.closeSync();
  }

  close(): void {
    this.#connection.closeSync();
  }
}
