import type { DuckDBConnection } from '@duckdb/node-api';
import { lakeViews } from '../../../shared/lake/views.ts';
import type { EventType } from '../../../shared/pipeline/index.ts';
import type { Answer } from './answer.ts';
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

  close(): void {
    this.#connection.closeSync();
  }
}
