import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import {
  auditSql,
  closedUpToSql,
  emittedResults,
  extentSql,
  ownRowsSql,
} from '../../shared/audit/audit-sql.ts';
import { ATHENA } from '../../shared/audit/fields.ts';
import { namedQueries } from '../../shared/pipelines/queries.ts';
import { auditedStages } from '../factories/audited-stages.ts';
import { pythonVenv } from '../support/python-venv.ts';

const run = promisify(execFile);

const DAY = 86_400_000;
const calendar = [
  { start: 0, end: DAY },
  { start: DAY, end: 2 * DAY },
];

/** Prints, per statement, what is wrong with it; the names of functions that the parser does not know, too. */
const PARSE = `
import json, sys, sqlglot
from sqlglot import exp
found = []
for sql in json.load(open(sys.argv[1])):
    try:
        [tree] = sqlglot.parse(sql, dialect="athena", error_level=sqlglot.ErrorLevel.RAISE)
        assert isinstance(tree, exp.Query), "it is no query"
        found.append({"unknown": sorted({f.name for f in tree.find_all(exp.Anonymous)})})
    except Exception as error:
        found.append({"error": str(error)})
print(json.dumps(found))
`;

/** No Athena can be had here, and the emulator's is DuckDB. */
test("what is sent to Athena is SQL of Athena's to a parser that is no work of ours", async ({ skip }) => {
  const venv = await pythonVenv('sqlglot', 'sqlglot==30.30.0');
  if ('missing' in venv) return skip(venv.missing);
  const options = { pipeline: 'p', range: { from: DAY, to: 2 * DAY }, dialect: ATHENA, calendar };
  const statements = [
    ...auditedStages().flatMap((stage) => [
      auditSql(stage, options).sql,
      auditSql(stage, { ...options, range: { from: undefined, to: undefined } }).sql,
      closedUpToSql(emittedResults('p', stage.name)),
      extentSql(stage, options),
      ownRowsSql(stage, options, ['label']),
    ]),
    ...namedQueries.map(({ sql }) => sql),
  ];
  const folder = mkdtempSync(join(tmpdir(), 'millrace-sql-'));
  try {
    const file = join(folder, 'statements.json');
    // The last shows that the parser refuses what is wrong.
    writeFileSync(file, JSON.stringify([...statements, 'SELECT count(* FROM raw']));
    const { stdout } = await run(join(venv.bin, 'python3'), ['-c', PARSE, file]);
    const found = JSON.parse(stdout) as { error?: string; unknown?: string[] }[];
    expect(found.pop()?.error).toMatch(/Expecting \)/);
    expect(found.flatMap(({ error }) => error ?? [])).toEqual([]);
    // Trino has it: https://trino.io/docs/current/functions/math.html
    expect([...new Set(found.flatMap(({ unknown = [] }) => unknown))]).toEqual(['is_finite']);
    expect(found).toHaveLength(statements.length);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
