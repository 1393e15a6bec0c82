import { join } from 'node:path';
import { count } from './count.ts';
import { createStreams } from './emulators/streams.ts';
import { createTables } from './emulators/tables.ts';
import { failureObject } from './event-source-mapping/destination.ts';
import { RunningMapping } from './event-source-mapping/mapping.ts';
import type { Outcome } from './functions/outcome.ts';
import { FunctionRuntime } from './functions/runtime.ts';
import { AsyncQueue } from './invoke/async-queue.ts';
import { createInvokeHandler } from './invoke/handler.ts';
import { putText } from './s3/put-text.ts';
import { Scheduler } from './schedule/scheduler.ts';
import { atMost, type Shutdown } from './shutdown.ts';
import type { Backends } from './start-backends.ts';
import type { MappingSpec, Model } from './template/model.ts';

/** What a template describes, running. */
export interface RunningPipeline {
  readonly invoke: (functionName: string, payload: string) => Promise<Outcome>;
  readonly pids: (functionName: string) => number[];
  /** Takes in nothing new and resolves when what was running has ended. */
  readonly drain: () => Promise<void>;
}

interface Options {
  readonly model: Model;
  readonly backends: Backends;
  readonly dataDir: string;
  readonly notice: (text: string) => void;
  readonly shutdown: Shutdown;
  readonly maxProcesses?: number | undefined;
  readonly onProgress: (text: string) => void;
}

const SETTLE_MS = 3_000;
/** Processes per function at most, where no stream has more shards: a shard's consumer should keep its own. */
const MIN_PROCESSES = 4;

/** Creates what the template declares and starts what makes its functions run. */
export async function startPipeline(options: Options): Promise<RunningPipeline> {
  const { model, backends, dataDir, notice, shutdown, onProgress } = options;
  await createResources(options);
  const { endpoints, objects } = backends;
  const maxProcesses =
    options.maxProcesses ?? Math.max(MIN_PROCESSES, ...model.streams.map(({ shards }) => shards));
  const runtime = new FunctionRuntime({ specs: model.functions, endpoints, dataDir, notice, maxProcesses });
  shutdown.add(() => runtime.stop());
  const invoke = runtime.invoke.bind(runtime);
  const queue = new AsyncQueue({
    invoke,
    configs: model.asyncConfigs,
    keep: (bucket, key, body) => putText(objects, bucket, key, body),
    notice,
    labelOf: (name) => runtime.labelOf(name),
  });
  const enqueue = queue.add.bind(queue);
  backends.lambda.on('request', createInvokeHandler({ check: runtime.check.bind(runtime), invoke, enqueue }));

  const mappings: RunningMapping[] = [];
  shutdown.add(() => Promise.all(mappings.map((mapping) => mapping.stop())));
  for (const mapping of model.mappings.filter(({ enabled }) => enabled)) {
    const running = await RunningMapping.start(join(dataDir, 'checkpoints', mapping.id), {
      mapping,
      label: runtime.labelOf(mapping.functionName),
      kinesis: backends.kinesis.client,
      invoke: (payload, affinity) => invoke(mapping.functionName, payload, affinity),
      discard: async (shardId, discarded) => keepDiscarded(backends, mapping, shardId, discarded),
      notice,
    });
    mappings.push(running);
  }
  const scheduler = new Scheduler(enqueue);
  scheduler.start(model.schedules);
  shutdown.add(() => scheduler.stop());
  onProgress(
    [
      count(model.functions, 'function'),
      count(mappings, 'event source mapping'),
      count(model.schedules, 'schedule'),
    ].join(', '),
  );
  return {
    invoke,
    pids: (name) => runtime.pids(name),
    async drain() {
      scheduler.stop();
      // A firing may be waiting for what its stage is about to commit: the streams still flow for a moment.
      await atMost(SETTLE_MS, queue.idle());
      await Promise.all(mappings.map((mapping) => mapping.stop()));
      await queue.stop();
    },
  };
}

async function createResources({ model, backends, notice, onProgress }: Options): Promise<void> {
  const { kinesis, dynamodb, objects } = backends;
  for (const arn of model.topics) backends.topics.add(arn);
  for (const secret of model.secrets) backends.secrets.create(secret);
  const [streamNotes, tableNotes] = await Promise.all([
    createStreams(kinesis.client, model.streams),
    createTables(dynamodb.client, model.tables),
    ...model.buckets.map((bucket) => objects.createBucket(bucket)),
  ]);
  for (const note of [...streamNotes, ...tableNotes]) notice(note);
  const { streams, tables, buckets, topics } = model;
  onProgress(
    [count(streams, 'stream'), count(tables, 'table'), count(buckets, 'bucket'), count(topics, 'topic')].join(
      ', ',
    ),
  );
}

async function keepDiscarded(
  { objects }: Backends,
  mapping: MappingSpec,
  shardId: string,
  discarded: Parameters<typeof failureObject>[2],
): Promise<void> {
  if (mapping.onFailureBucket === undefined) return;
  const { key, body } = failureObject(mapping, shardId, discarded);
  await putText(objects, mapping.onFailureBucket, key, body);
}
