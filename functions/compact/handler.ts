import { tmpdir } from 'node:os';
import { compactLake } from '../../shared/lake/compact.ts';
import { CompactionMarks } from '../../shared/lake/compaction-marks.ts';
import { LakeObjects } from '../../shared/lake/object-store.ts';
import { typeTable } from '../../shared/lake/tables.ts';
import { pipelines } from '../../shared/pipelines/index.ts';
import { createDynamoDBClient } from '../../shared/runtime/clients/dynamodb.ts';
import { createS3Client } from '../../shared/runtime/clients/s3.ts';
import { ENV, requireEnv } from '../../shared/runtime/env.ts';
import { faultMessage } from '../../shared/runtime/faults.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { observed } from '../../shared/runtime/observed.ts';
import { CapacityMeter } from '../../shared/runtime/telemetry/capacity.ts';
import { Meter } from '../../shared/runtime/telemetry/meter.ts';
import { StageTable } from '../../shared/state/stage-table.ts';

/** A range of hours in ISO 8601, for compacting on demand; without one, all for which something may still be landed. */
export interface CompactRequest {
  readonly from?: string;
  readonly to?: string;
}

/** Hours that could not be compacted. The others were: the invocation fails so that the alarm goes off. */
class HoursNotCompacted extends Error {
  override readonly name = 'HoursNotCompacted';
}

/** Records may be landed for as long as their stream keeps them; then there is a day left to compact their hours. */
const lookbackMs = (Number(requireEnv(ENV.retentionHours)) + 24) * 3_600_000;
/** What Node and the function itself need of its memory. */
const OWN_MEMORY_MB = 512;

const objects = new LakeObjects(createS3Client(), requireEnv(ENV.lakeBucket));
const meter = new Meter('compact');
const capacity = new CapacityMeter();
const marks = new CompactionMarks(
  new StageTable(createDynamoDBClient(capacity), requireEnv(ENV.stateTable), 'lake'),
);
const tables = pipelines.flatMap(({ types }) => types.map(typeTable));
const memoryMb = Number(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? 2048) - OWN_MEMORY_MB;

export const handler = observed<CompactRequest, void>(meter.with(capacity)).handler(
  async ({ from, to }, lambdaContext) => {
    const now = Date.now();
    const remaining = () => lambdaContext.getRemainingTimeInMillis();
    const context = { objects, marks, tables, scratch: tmpdir(), memoryMb, now: Date.now, remaining };
    const first = from === undefined ? now - lookbackMs : Date.parse(from);
    const report = await compactLake(context, first, to === undefined ? now : Date.parse(to));
    meter.add('PartsCompacted', report.done.length);
    meter.add('PartsFailed', report.failed.length);
    for (const part of report.done) {
      for (const { rows } of Object.values(part.types)) meter.add('EventsCompacted', rows);
      meter.record('RawBytes', part.rawBytes);
      logger.info('compacted', { ...part });
    }
    if (report.unfinished) logger.warn('no time for all hours: the next run goes on');
    for (const { error, ...part } of report.failed) {
      logger.error('not compacted', { ...part, reason: faultMessage(error) });
    }
    if (report.failed.length > 0) {
      const hours = [...new Set(report.failed.map(({ hour }) => hour))];
      throw new HoursNotCompacted(
        `could not compact ${hours.join(', ')}: ${faultMessage(report.failed[0]?.error)}`,
      );
    }
  },
);
