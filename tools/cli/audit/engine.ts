import {
  type AuditOptions,
  auditSql,
  closedUpToSql,
  emittedResults,
  extentSql,
  ownRowsSql,
} from '../../../shared/audit/audit-sql.ts';
import { type Dialect, isDeclarative } from '../../../shared/audit/fields.ts';
import { judgeRow, newReport, type Report } from '../../../shared/audit/judge.ts';
import { PASSED_COLUMNS, passOwn, unfilteredSql } from '../../../shared/audit/own-filters.ts';
import { foldOwn, ownAggregates, ownFields } from '../../../shared/audit/own-values.ts';
import type { Row } from '../../../shared/audit/recomputed-row.ts';
import { filtersBefore, type WindowStage } from '../../../shared/pipeline/index.ts';
import { createAssigner } from '../../../shared/windows/assigner.ts';
import type { Window } from '../../../shared/windows/types.ts';

/** Where the SQL of an audit runs. */
export interface AuditEngine {
  readonly dialect: Dialect;
  rows(sql: string): AsyncIterable<Row>;
  /** Makes a table of rows; missing where the engine is given statements only. */
  readonly fill?: (
    table: string,
    columns: Readonly<Record<string, 'BIGINT' | 'VARCHAR'>>,
    rows: AsyncIterable<readonly (number | string | null)[]>,
  ) => Promise<void>;
}

/** An audit that cannot be done; the message says why, and what to do instead. */
export class AuditError extends Error {
  override readonly name = 'AuditError';
}

export interface AuditRequest {
  readonly pipeline: string;
  readonly stage: WindowStage;
  /** Epoch milliseconds. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** How many differences are kept. */
  readonly limit: number;
  /** What was emitted, where that is not to be read from the lake: rows of ws, we, k, revision, final (1 or 0), data. */
  readonly emitted?: AsyncIterable<readonly (number | string | null)[]>;
  /** Told the statement before it runs. */
  readonly onStatement?: (sql: string) => void;
}

const EMITTED_COLUMNS = {
  ws: 'BIGINT',
  we: 'BIGINT',
  k: 'VARCHAR',
  revision: 'BIGINT',
  closed: 'BIGINT',
  data: 'VARCHAR',
} as const;

/**
 * Recomputes a stage's windows from the lake and compares them with what was emitted. What only the declaration's own code can compute is
 * computed by it, over rows from the lake; everything else by SQL.
 *
 * @throws AuditError when the stage has such code and the engine takes statements only
 */
export async function auditStage(engine: AuditEngine, request: AuditRequest): Promise<Report> {
  const { pipeline, stage, from, to, limit } = request;
  const { dialect } = engine;
  let options: AuditOptions = { pipeline, range: { from, to }, dialect };
  if (!filtersBefore(stage.from).every(isDeclarative)) {
    const fill = needsFill(engine, stage, 'it reads filter stages with functions');
    const sql = unfilteredSql(pipeline, stage.from, widened(stage, from, to), dialect);
    await fill('audit_passed', PASSED_COLUMNS, passOwn(stage.from, engine.rows(sql)));
    options = { ...options, prepared: 'audit_passed' };
  }
  if (stage.window.kind === 'calendar')
    options = { ...options, calendar: await calendarOf(engine, stage, options) };
  const own = ownAggregates(stage).map(([name]) => name);
  if (own.length > 0) {
    const fill = needsFill(engine, stage, 'it has aggregates of its own');
    await fill(
      'audit_own',
      { ws: 'BIGINT', we: 'BIGINT', k: 'VARCHAR', own: 'VARCHAR' },
      ownRows(engine, stage, options),
    );
    options = { ...options, computed: 'audit_own' };
  }
  if (request.emitted !== undefined) {
    const fill = needsFill(engine, stage, 'its results are read from elsewhere');
    await fill('audit_emitted', EMITTED_COLUMNS, request.emitted);
    options = {
      ...options,
      emitted: 'SELECT ws, we, k, revision, closed = 1 AS final, data FROM audit_emitted',
    };
  }
  const { sql, values } = auditSql(stage, options);
  request.onStatement?.(sql);
  const report = newReport();
  const closedUpTo = await one(
    engine,
    closedUpToSql(options.emitted ?? emittedResults(pipeline, stage.name)),
    'closed',
  );
  const judgement = { values, own, closedUpTo: closedUpTo ?? Number.NEGATIVE_INFINITY, limit };
  for await (const row of engine.rows(sql)) judgeRow(row, judgement, report);
  return report;
}

function needsFill(
  { fill }: AuditEngine,
  { name }: WindowStage,
  why: string,
): NonNullable<AuditEngine['fill']> {
  if (fill === undefined) {
    throw new AuditError(
      `stage "${name}" cannot be audited by statements alone: ${why}. Audit it without --athena, on a copy of the lake`,
    );
  }
  return fill;
}

const widened = ({ window }: WindowStage, from: number | undefined, to: number | undefined) =>
  window.kind === 'session' ? { from: from && from - window.gap, to: to && to + 1 } : { from, to };

async function* ownRows(
  engine: AuditEngine,
  stage: WindowStage,
  options: AuditOptions,
): AsyncGenerator<(number | string)[]> {
  const rows = engine.rows(ownRowsSql(stage, options, ownFields(stage)));
  for await (const { ws, we, k, values } of foldOwn(stage, rows)) yield [ws, we, k, JSON.stringify(values)];
}

/** The windows of a calendar over all events. */
async function calendarOf(engine: AuditEngine, stage: WindowStage, options: AuditOptions): Promise<Window[]> {
  const extent = extentSql(stage, options);
  const [low, high] = [await one(engine, extent, 'low'), await one(engine, extent, 'high')];
  // A list must not be empty, and a window without an event harms nobody.
  const [first, last] = [low ?? 0, high ?? 0];
  const assigner = createAssigner(stage.window);
  const windows: Window[] = [];
  for (let time = first; time <= last; ) {
    const [window] = assigner.windowsOf(assigner.sliceOf(time));
    if (window === undefined) break;
    windows.push(window);
    time = window.end;
  }
  return windows;
}

async function one(engine: AuditEngine, sql: string, column: string): Promise<number | undefined> {
  for await (const row of engine.rows(sql)) {
    const value = row[column];
    return value === null || value === undefined ? undefined : Number(value);
  }
  return undefined;
}
