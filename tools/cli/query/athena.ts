import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import type { Answer, Value } from './answer.ts';

/** Where a statement runs. */
export interface AthenaPlace {
  readonly workGroup: string;
  readonly database: string;
}

export interface AthenaOptions {
  /** Told how far a statement is while it runs. */
  readonly onProgress?: (text: string) => void;
  /** Milliseconds between two looks at a statement. */
  readonly pollMs?: number;
}

/** A statement that Athena refused or stopped; the message is Athena's. */
export class AthenaError extends Error {
  override readonly name = 'AthenaError';
}

const POLL_MS = 500;
const RUNNING: readonly string[] = ['QUEUED', 'RUNNING'];
const MEGABYTE = 1_000_000;

/**
 * Runs a statement in Athena, waits for its end and fetches all of its answer.
 *
 * @throws AthenaError when it does not succeed
 */
export async function queryAthena(
  client: AthenaClient,
  { workGroup, database }: AthenaPlace,
  sql: string,
  { onProgress = () => {}, pollMs = POLL_MS }: AthenaOptions = {},
): Promise<Answer> {
  const { QueryExecutionId } = await client.send(
    new StartQueryExecutionCommand({
      QueryString: sql,
      WorkGroup: workGroup,
      QueryExecutionContext: { Database: database },
    }),
  );
  for (;;) {
    const { QueryExecution } = await client.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    const { State = 'UNKNOWN', StateChangeReason } = QueryExecution?.Status ?? {};
    const scanned = (QueryExecution?.Statistics?.DataScannedInBytes ?? 0) / MEGABYTE;
    onProgress(`${State.toLowerCase()}, ${scanned.toFixed(1)} MB read`);
    if (State === 'SUCCEEDED') break;
    if (!RUNNING.includes(State))
      throw new AthenaError(StateChangeReason ?? `the statement has ${State.toLowerCase()}`);
    await sleep(pollMs);
  }
  return fetchAnswer(client, QueryExecutionId);
}

async function fetchAnswer(client: AthenaClient, QueryExecutionId: string | undefined): Promise<Answer> {
  const rows: Value[][] = [];
  let columns: { readonly name: string; readonly type: string }[] = [];
  let token: string | undefined;
  let first = true;
  do {
    const page: GetQueryResultsCommandOutput = await client.send(
      new GetQueryResultsCommand({ QueryExecutionId, NextToken: token }),
    );
    const { Rows = [], ResultSetMetadata } = page.ResultSet ?? {};
    columns = (ResultSetMetadata?.ColumnInfo ?? []).map(({ Name = '', Type = '' }) => ({
      name: Name,
      type: Type,
    }));
    // The first row of the first page repeats the names of the columns.
    for (const { Data = [] } of first ? Rows.slice(1) : Rows) {
      rows.push(Data.map(({ VarCharValue }, at) => readValue(VarCharValue, columns[at]?.type ?? '')));
    }
    first = false;
    token = page.NextToken;
  } while (token !== undefined);
  return { columns: columns.map(({ name }) => name), rows };
}

const NUMERIC: readonly string[] = [
  'tinyint',
  'smallint',
  'integer',
  'bigint',
  'float',
  'real',
  'double',
  'decimal',
];

/** Athena gives every value as text, and null as nothing. */
function readValue(text: string | undefined, type: string): Value {
  if (text === undefined) return null;
  if (type === 'boolean') return text === 'true';
  if (!NUMERIC.includes(type)) return text;
  const number = Number(text);
  return Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number))
    ? number
    : text;
}
