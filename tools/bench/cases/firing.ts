import { deviceTraffic } from '../../../shared/pipelines/network-traffic.ts';
import { resultWriter } from '../../../shared/results/result.ts';
import { compress, decompress } from '../../../shared/state/compress.ts';
import { compilePlan } from '../../../shared/windows/plan.ts';
import type { WindowMerge } from '../../../shared/windows/types.ts';
import { collectGarbage, median } from '../rounds.ts';
import { createRandom } from '../traffic.ts';

export interface FiringOptions {
  readonly keys: number;
  readonly rounds: number;
}

export interface FiringResult {
  readonly kind: 'firing';
  readonly keys: number;
  /** In how many commits each key is. */
  readonly commitsPerKey: number;
  /** Reading and merging of all commits. */
  readonly mergeMs: number;
  /** The values of all keys and their result events as JSON. */
  readonly resultsMs: number;
  /** What the merged window holds, in bytes. */
  readonly heldBytes: number;
}

const KEYS_PER_COMMIT = 10_000;
const COMMITS_PER_KEY = 2;
const START = Date.UTC(2026, 0, 1);

/** One window of one stage is merged from its commits, and a result event is written for every key. */
export async function firing({ keys, rounds }: FiringOptions): Promise<FiringResult> {
  const plan = compilePlan(deviceTraffic);
  const commits = commitsOf(keys);
  const write = resultWriter({
    pipeline: 'bench',
    stage: deviceTraffic.name,
    start: START,
    end: START + 60_000,
    revision: 0,
    final: false,
  });
  const mergeMs: number[] = [];
  const resultsMs: number[] = [];
  let heldBytes = 0;
  for (let round = 0; round < rounds; round++) {
    const before = held();
    const start = performance.now();
    const merge = plan.createMerge();
    for (const commit of commits) plan.read(decompress(commit)).mergeInto(START, merge);
    mergeMs.push(performance.now() - start);
    // Later rounds begin while the window of the one before is still held.
    if (round === 0) heldBytes = held() - before;
    const merged = performance.now();
    const characters = writeAll(merge, write);
    resultsMs.push(performance.now() - merged);
    if (merge.size !== keys || characters < keys * 100) throw new Error('the window was not merged whole');
  }
  return {
    kind: 'firing',
    keys,
    commitsPerKey: COMMITS_PER_KEY,
    mergeMs: median(mergeMs),
    resultsMs: median(resultsMs),
    heldBytes,
  };
}

function writeAll(merge: WindowMerge, write: ReturnType<typeof resultWriter>): number {
  let characters = 0;
  for (const [key, values] of merge.results(START)) characters += write(key, values).length;
  return characters;
}

function commitsOf(keys: number): Uint8Array[] {
  const random = createRandom(2);
  const plan = compilePlan(deviceTraffic);
  const commits: Uint8Array[] = [];
  for (let pass = 0; pass < COMMITS_PER_KEY; pass++) {
    for (let first = 0; first < keys; first += KEYS_PER_COMMIT) {
      const delta = plan.createDelta();
      for (let key = first; key < Math.min(keys, first + KEYS_PER_COMMIT); key++) {
        const data = {
          receive_bytes: Math.floor(random() * 10_000_000),
          send_bytes: Math.floor(random() * 1_000_000),
          receive_packets: Math.floor(random() * 10_000),
          send_packets: Math.floor(random() * 4_000),
        };
        delta.add(START, `fleet-${key}`, data, START);
      }
      commits.push(compress(delta.encode()));
    }
  }
  return commits;
}

function held(): number {
  collectGarbage('major');
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
