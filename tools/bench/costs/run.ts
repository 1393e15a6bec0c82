import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { WindowSpec } from '../../../shared/pipeline/index.ts';
import { deviceTraffic } from '../../../shared/pipelines/network-traffic.ts';
import { compileStage } from '../../../shared/state/compiled-stage.ts';
import { fireStage } from '../../../shared/state/fire.ts';
import type { FireOutputs } from '../../../shared/state/fire-outputs.ts';
import { stageContext } from '../../../shared/state/stage-context.ts';
import { ShardWriter } from '../../../shared/state/writer.ts';
import { Meter } from '../meter.ts';
import { type Batch, batches, type LoadOptions } from './load.ts';
import { type NaiveCost, NaiveCounter } from './naive.ts';

const DAY_MS = 86_400_000;
const MINUTE = 60_000;
const SHARD = 'shardId-000000000000';
const WHOLE_RANGE = ['0', String(2n ** 128n - 1n)] as const;

/** Units by what they are for, of one stage over one load. */
export interface Cost {
  readonly events: number;
  /** How many firings there were, the final ones included. */
  readonly firings: number;
  readonly writes: {
    readonly commits: number;
    readonly heads: number;
    readonly firings: number;
    readonly compaction: number;
  };
  readonly reads: {
    readonly time: number;
    readonly commits: number;
    readonly firings: number;
    readonly compaction: number;
  };
  readonly naive: NaiveCost;
}

/** Runs a stage over a load: the real writer and the real firing, one shard, every request counted. */
export async function costOf(
  client: DynamoDBClient,
  table: string,
  window: WindowSpec,
  load: LoadOptions,
): Promise<Cost> {
  const meter = new Meter();
  let now = load.start;
  const compiled = compileStage({ ...deviceTraffic, window, allowedLateness: MINUTE });
  const context = stageContext({
    client: meter.wrap(client),
    table,
    pipeline: 'bench',
    compiled,
    retention: DAY_MS,
    now: () => now,
  });
  const shards = [{ shard: SHARD, parents: [], hashRange: WHOLE_RANGE }];
  for (const info of shards) await context.heads.register(info, [], now);
  await context.clock.start();
  let hinted = false;
  const writer = new ShardWriter(context, SHARD, {
    setAside: async () => failed('set aside'),
    emitLate: async () => failed('too late'),
    hints: {
      fire: async () => {
        hinted = true;
      },
      sweep: async () => {},
    },
    listShards: async () => shards,
  });
  const outputs: FireOutputs = {
    // Results are not written to this table: they are neither made nor counted here.
    emit: async () => 0,
    listShards: async () => shards,
    sleep: async (ms) => {
      now += ms;
    },
    remaining: () => 900_000,
  };
  let sequence = 0;
  let firings = 0;
  const process = async ({ record, at }: Batch) => {
    now = at;
    await writer.process([{ sequence: String(++sequence), arrival: at, data: record }]);
    if (!hinted) return;
    hinted = false;
    firings += (await fireStage(context, outputs)).windows;
  };
  const naive = new NaiveCounter(compiled.plan);
  for (const batch of batches(load)) {
    naive.add(batch);
    await process(batch);
  }
  const { writes, reads } = meter;
  const wrote = (part: string) => Meter.units(writes, part);
  const read = (part: string) => Meter.units(reads, part);
  return {
    events: load.events,
    firings,
    writes: {
      commits: wrote('log'),
      heads: wrote('heads'),
      firings: wrote('fires') + wrote('buckets') + wrote('carry'),
      compaction: wrote('slices'),
    },
    reads: {
      time: read('heads'),
      commits: read('log'),
      firings: read('fires') + read('buckets') + read('carry'),
      compaction: read('slices'),
    },
    naive: naive.cost(),
  };
}

function failed(what: string): never {
  throw new Error(`an event was ${what}: the load does not do what it should`);
}
