import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { AthenaError, queryAthena } from '../../../tools/cli/query/athena.ts';

const athena = mockClient(AthenaClient);
afterAll(() => athena.restore());
const place = { workGroup: 'millrace-dev', database: 'millrace_dev' };
const state = (State: 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED', bytes = 0, reason?: string) => ({
  QueryExecution: {
    Status: { State, StateChangeReason: reason },
    Statistics: { DataScannedInBytes: bytes },
  },
});
const row = (...values: (string | undefined)[]) => ({
  Data: values.map((VarCharValue) => ({ VarCharValue })),
});
const ColumnInfo = ['varchar', 'bigint', 'double', 'boolean'].map((Type, at) => ({ Name: `c${at}`, Type }));

beforeEach(() => {
  athena.reset();
  athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: 'q1' });
});

test('a statement is started, waited for and fetched page by page', async () => {
  athena
    .on(GetQueryExecutionCommand)
    .resolvesOnce(state('QUEUED'))
    .resolvesOnce(state('RUNNING', 1_500_000))
    .resolves(state('SUCCEEDED', 3_000_000));
  athena
    .on(GetQueryResultsCommand)
    .resolvesOnce({
      ResultSet: {
        ResultSetMetadata: { ColumnInfo },
        Rows: [row('c0', 'c1', 'c2', 'c3'), row('a', '1', '0.5', 'true')],
      },
      NextToken: 'more',
    })
    .resolves({
      ResultSet: {
        ResultSetMetadata: { ColumnInfo },
        Rows: [row('', '9007199254740993', undefined, 'false')],
      },
    });
  const progress: string[] = [];
  const answer = await queryAthena(new AthenaClient(), place, 'SELECT 1', {
    pollMs: 0,
    onProgress: (text) => progress.push(text),
  });
  expect(answer).toEqual({
    columns: ['c0', 'c1', 'c2', 'c3'],
    rows: [
      ['a', 1, 0.5, true],
      ['', '9007199254740993', null, false],
    ],
  });
  expect(progress).toEqual(['queued, 0.0 MB read', 'running, 1.5 MB read', 'succeeded, 3.0 MB read']);
  expect(athena.commandCalls(StartQueryExecutionCommand)[0]?.args[0].input).toEqual({
    QueryString: 'SELECT 1',
    WorkGroup: 'millrace-dev',
    QueryExecutionContext: { Database: 'millrace_dev' },
  });
});

test("a statement that fails says so in Athena's words", async () => {
  const reason = "COLUMN_NOT_FOUND: line 1:8: Column 'devic' cannot be resolved";
  athena.on(GetQueryExecutionCommand).resolves(state('FAILED', 0, reason));
  await expect(queryAthena(new AthenaClient(), place, 'SELECT devic', { pollMs: 0 })).rejects.toThrow(
    new AthenaError(reason),
  );
});
