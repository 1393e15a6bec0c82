import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BucketHint } from '../../shared/state/fire-outputs.ts';
import type { TestDynamoDB } from './dynamodb.ts';
import type { FireChildMessage, FireChildOptions } from './fire-child.ts';
import { MANY_KEYS_END, manyKeyEvents, manyKeysStage } from './many-keys.ts';
import { MINUTE, readingEvent } from './stage.ts';
import { World } from './world.ts';

const CHILD = fileURLToPath(new URL('./fire-child.ts', import.meta.url));
const SHARDS = 4;
const EVENTS_PER_BATCH = 5_000;

export type FireReport = Extract<FireChildMessage, { report: unknown }>['report'];

/** Commits a window with so many keys over four shards, each key in one of them, and takes time past its end. */
export async function commitManyKeys(dynamodb: TestDynamoDB, keys: number): Promise<World> {
  const world = await World.create(dynamodb, manyKeysStage, SHARDS, MANY_KEYS_END);
  await world.sweep();
  const perShard = Math.ceil(keys / SHARDS);
  const shards = world.stream.names();
  for (let shard = 0; shard < SHARDS; shard++) {
    const lane = (shard * 1024) / SHARDS;
    const last = Math.min(keys, (shard + 1) * perShard);
    for (let first = shard * perShard; first < last; first += EVENTS_PER_BATCH) {
      world.put(lane, [...manyKeyEvents(first, Math.min(last, first + EVENTS_PER_BATCH))]);
      await world.deliver(shards[shard] as string, 1);
    }
  }
  for (let shard = 0; shard < SHARDS; shard++) {
    world.put((shard * 1024) / SHARDS, [readingEvent(`time-${shard}`, MANY_KEYS_END + MINUTE, 'time')]);
    await world.deliver(shards[shard] as string, 1);
  }
  return world;
}

/**
 * Fires with functions that are processes with a limit on their memory: one is asked to look at the stage, and as many at a time as
 * `parallel` says take part in what it deals out.
 */
export async function fireInProcesses(
  options: FireChildOptions,
  { heapMb, parallel }: { readonly heapMb: number; readonly parallel: number },
): Promise<FireReport[]> {
  const reports: FireReport[] = [];
  const waiting: (BucketHint | undefined)[] = [undefined];
  const running = new Set<Promise<void>>();
  while (waiting.length > 0 || running.size > 0) {
    while (waiting.length > 0 && running.size < parallel) {
      const bucket = waiting.shift();
      const run = runChild({ ...options, ...(bucket && { bucket }) }, heapMb, (hint) => waiting.push(hint))
        .then((report) => void reports.push(report))
        .finally(() => running.delete(run));
      running.add(run);
    }
    // A hint may come while all are running.
    await Promise.race([...running, new Promise((resolve) => setTimeout(resolve, 50))]);
  }
  return reports;
}

function runChild(
  options: FireChildOptions,
  heapMb: number,
  onHint: (hint: BucketHint) => void,
): Promise<FireReport> {
  return new Promise((resolve, reject) => {
    let report: FireReport | undefined;
    const child = fork(CHILD, [JSON.stringify(options)], {
      execArgv: ['--import', 'tsx', `--max-old-space-size=${heapMb}`],
    });
    child.on('message', (message) => {
      const received = message as FireChildMessage;
      if ('hint' in received) onHint(received.hint);
      else report = received.report;
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (report === undefined) reject(new Error(`a function that fires ended with ${code} and no report`));
      else resolve(report);
    });
  });
}
