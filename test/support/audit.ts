import { expect } from 'vitest';
import { DUCKDB } from '../../shared/audit/fields.ts';
import type { Report } from '../../shared/audit/judge.ts';
import type { Pipeline, WindowStage } from '../../shared/pipeline/index.ts';
import { auditStage } from '../../tools/cli/audit/engine.ts';
import { LakeDatabase } from '../../tools/cli/query/database.ts';

export interface AuditRange {
  readonly from?: number;
  readonly to?: number;
}

/** Audits a stage on a lake's files. */
export async function auditLake(
  root: string,
  { name, types }: Pick<Pipeline, 'name' | 'types'>,
  stage: WindowStage,
  { from, to }: AuditRange = {},
): Promise<Report> {
  const database = await LakeDatabase.open(root, types);
  try {
    return await auditStage(
      {
        dialect: DUCKDB,
        rows: (sql) => database.rows(sql),
        fill: (table, columns, rows) => database.fill(table, columns, rows),
      },
      { pipeline: name, stage, from, to, limit: 1_000 },
    );
  } finally {
    database.close();
  }
}

/** Waits until all that a stage emits for a range is final and has landed. */
export async function becomesFinal(
  root: string,
  pipeline: Pick<Pipeline, 'name' | 'types'>,
  stage: WindowStage,
  range: AuditRange,
): Promise<void> {
  await expect
    .poll(
      async () => {
        const { compared, open, differing } = await auditLake(root, pipeline, stage, range);
        return compared > 0 && open === 0 && differing === 0;
      },
      { timeout: 120_000, interval: 1_000 },
    )
    .toBe(true);
}
