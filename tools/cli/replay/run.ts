import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import { RAW_PREFIX, RESULTS_PREFIX } from '../../../shared/lake/layout.ts';
import { LakeObjects } from '../../../shared/lake/object-store.ts';
import { originOf, type Pipeline, spanOf, type WindowStage } from '../../../shared/pipeline/index.ts';
import { ShardCursor } from '../../../shared/replay/cursor.ts';
import { ReplayGate } from '../../../shared/replay/gate.ts';
import {
  type LandedRecord,
  type LandedShard,
  landedRecords,
  landedShards,
  rawEvent,
  resultEventOf,
} from '../../../shared/replay/landed-rows.ts';
import { type ReplayProgress, replayStage } from '../../../shared/replay/replay.ts';
import { compileStage } from '../../../shared/state/compiled-stage.ts';
import { stageContext } from '../../../shared/state/stage-context.ts';
import { lateEvents } from '../../../shared/streams/late-events.ts';
import { putAll } from '../../../shared/streams/put-all.ts';
import { setAside } from '../../../shared/streams/set-aside.ts';
import { listShards } from '../../../shared/streams/shards.ts';
import { clientOptions, s3Options } from '../../deployed/clients.ts';
import { Pacer } from '../send/pacer.ts';
import type { ReplayResources } from './resources.ts';

export interface ReplayRequest {
  readonly pipeline: Pipeline;
  readonly stage: WindowStage;
  /** Arrival, epoch milliseconds. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Events per second. */
  readonly rate: number;
  readonly retentionHours: number;
  readonly dryRun: boolean;
  /** Whether live events are let in at the end. */
  readonly goLive: boolean;
  readonly signal: AbortSignal;
  /** Told how much there is before anything is read. */
  readonly onFound: (shards: readonly LandedShard[]) => void;
  readonly onObject: () => void;
  readonly onProgress: (progress: ReplayProgress) => void;
}

/** What a replay has come to. */
export interface ReplayReport extends ReplayProgress {
  /** Whether all of the range is counted, or would be. */
  readonly complete: boolean;
}

/** Replays a range of the lake in a deployment or a local run. */
export async function runReplay(resources: ReplayResources, request: ReplayRequest): Promise<ReplayReport> {
  const { pipeline, stage, from, to, signal } = request;
  const { input, late, results, stateTable, lake, places } = resources;
  const kinesis = new KinesisClient(clientOptions(places.kinesis));
  const dynamodb = new DynamoDBClient(clientOptions(places.dynamodb));
  const s3 = new S3Client(s3Options(places.s3));
  try {
    const objects = new LakeObjects(s3, lake);
    const isEvents = originOf(stage.from).kind === 'type';
    const prefix = isEvents ? RAW_PREFIX : RESULTS_PREFIX;
    const shards = await landedShards(objects, prefix, pipeline.name, from, to);
    request.onFound(shards);
    const cursors = await Promise.all(
      shards.map((shard) => {
        const records = landedRecords(objects, shard, isEvents ? rawEvent : resultEventOf, request.onObject);
        return ShardCursor.open(shard.shard, between(records, from, to));
      }),
    );
    if (request.dryRun) return await count(stage, cursors, request);
    // Closing waits for writers that may be about to commit, and there is none but this one.
    let skipped = 0;
    const live = stageContext({
      client: dynamodb,
      table: stateTable,
      pipeline: pipeline.name,
      compiled: compileStage(stage),
      retention: request.retentionHours * 3_600_000,
      resultSpan: spanOf(stage, [pipeline]),
      now: () => Date.now() + skipped,
    });
    // Filters are at what is live; what is replayed behind them tells its own time.
    const context = { ...live, filters: [] };
    const gate = new ReplayGate(stage, context.items);
    const pacer = new Pacer(request.rate);
    const shardsOfInput = () => listShards(kinesis, input);
    const { lanes } = pipeline;
    const progress = await replayStage(
      {
        context,
        gate,
        lanes,
        signal,
        outputs: {
          setAside: (shard, items) =>
            setAside(s3, { bucket: lake, stage: stage.name, stream: input, shard }, items),
          emitLate: async (events) => {
            await putAll(kinesis, late, lanes, lateEvents(stage.name, events));
          },
          listShards: shardsOfInput,
        },
        fire: {
          emit: async (emitted, packed) => (await putAll(kinesis, results, lanes, emitted, packed)).count,
          listShards: shardsOfInput,
          sleep: async (ms) => {
            skipped += ms;
          },
          remaining: () => Number.POSITIVE_INFINITY,
        },
        pace: (events) => pacer.wait(events, signal),
        onProgress: request.onProgress,
      },
      cursors,
    );
    const complete = cursors.every(({ next }) => next === undefined);
    if (complete && request.goLive) await gate.open(Date.now());
    return { ...progress, complete };
  } finally {
    kinesis.destroy();
    dynamodb.destroy();
    s3.destroy();
  }
}

async function* between(
  records: AsyncIterable<LandedRecord>,
  from: number,
  to: number,
): AsyncGenerator<LandedRecord> {
  for await (const record of records) if (record.arrival >= from && record.arrival < to) yield record;
}

/** Reads everything and counts nothing. */
async function count(
  stage: WindowStage,
  cursors: readonly ShardCursor[],
  { onProgress }: ReplayRequest,
): Promise<ReplayReport> {
  const origin = originOf(stage.from);
  const type = origin.kind === 'type' ? origin.name : origin.output.name;
  let progress: ReplayProgress = { events: 0, arrival: Number.NEGATIVE_INFINITY, results: 0 };
  for (const cursor of cursors) {
    for (let record = await cursor.take(); record !== undefined; record = await cursor.take()) {
      const own = record.events.filter((event) => event.type === type).length;
      progress = {
        ...progress,
        events: progress.events + own,
        arrival: Math.max(progress.arrival, record.arrival),
      };
      onProgress(progress);
    }
  }
  return { ...progress, complete: true };
}
