import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { filtersBefore, longestDelay } from '../pipeline/index.ts';
import { BucketLedger } from './bucket-ledger.ts';
import { Carries } from './carry.ts';
import { StageClock } from './clock.ts';
import { type WorthCompacting, worthItsPrice } from './compaction.ts';
import type { CompiledStage } from './compiled-stage.ts';
import { Heads, type ShardInfo } from './heads.ts';
import { FireLedger } from './ledger.ts';
import { CommitLog } from './log.ts';
import { SliceSegments } from './segments.ts';
import type { PassedFilter } from './source.ts';
import { StageTable } from './stage-table.ts';

/** A day: how much longer state is kept than the longest delay it must answer. */
const MARGIN_MS = 86_400_000;
/** Results of some 400 bytes, which one shard takes in under three minutes; a merge of as many keys takes some 50 MB. */
const MAX_KEYS = 400_000;
/** A third of the fire function's memory: keys with sketches are fewer. */
const MERGE_BYTES = 600 * 1024 * 1024;

/** What every part of the state protocol works on: one stage and its items in the state table. */
export interface StageContext {
  readonly compiled: CompiledStage;
  readonly name: string;
  readonly pipeline: string;
  /** All of its items. */
  readonly items: StageTable;
  readonly log: CommitLog;
  readonly heads: Heads;
  /** The filter stages that its events come through, the last one first. */
  readonly filters: readonly PassedFilter[];
  readonly clock: StageClock;
  readonly ledger: FireLedger;
  readonly buckets: BucketLedger;
  /** Compacted copies of what the log holds. */
  readonly segments: SliceSegments;
  readonly worthCompacting: WorthCompacting;
  /** Keys that a function holds at once: windows with more are fired in buckets. */
  readonly maxKeys: number;
  /** What goes on from closed slices; nothing where the windows are not sessions. */
  readonly carries: Carries;
  /** Event time, in milliseconds, that may lie within final results emitted at the same time: see {@link spanOf}. */
  readonly resultSpan: number;
  /** How long the stream keeps records, in milliseconds. */
  readonly retention: number;
  /** The wall clock, epoch milliseconds. */
  readonly now: () => number;
  /** When a log item written now may expire, epoch seconds. */
  readonly logExpiry: () => number;
  /** When a ledger item written now may expire: the ledger outlives the log. */
  readonly ledgerExpiry: () => number;
}

/** The shards of the stage's input stream, closed ones included as long as the stream shows them. */
export type ListShards = () => Promise<readonly ShardInfo[]>;

export interface StageContextOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly pipeline: string;
  readonly compiled: CompiledStage;
  readonly retention: number;
  readonly now?: () => number;
  /** By default as list prices have it. */
  readonly worthCompacting?: WorthCompacting;
  /** By default what fits the function's memory and can be emitted in minutes. */
  readonly maxKeys?: number;
  /** By default without bound: nobody else counts them. */
  readonly resultSpan?: number;
}

export function stageContext(options: StageContextOptions): StageContext {
  const { client, table, compiled, retention, now = Date.now } = options;
  const { stage } = compiled;
  const items = new StageTable(client, table, stage.name);
  const kept = retention + longestDelay(stage) + MARGIN_MS;
  const seconds = (ms: number) => Math.ceil(ms / 1000);
  return {
    compiled,
    name: stage.name,
    pipeline: options.pipeline,
    items,
    log: new CommitLog(items),
    heads: new Heads(items),
    filters: filtersBefore(stage.from).map(({ name, from }) => ({
      name,
      from,
      heads: new Heads(new StageTable(client, table, name)),
    })),
    clock: new StageClock(items),
    ledger: new FireLedger(items),
    buckets: new BucketLedger(items),
    segments: new SliceSegments(items),
    worthCompacting: options.worthCompacting ?? worthItsPrice,
    maxKeys: options.maxKeys ?? Math.min(MAX_KEYS, Math.floor(MERGE_BYTES / compiled.plan.keyBytes)),
    carries: new Carries(items),
    resultSpan: options.resultSpan ?? Number.POSITIVE_INFINITY,
    retention,
    now,
    logExpiry: () => seconds(now() + kept),
    ledgerExpiry: () => seconds(now() + 2 * kept),
  };
}
