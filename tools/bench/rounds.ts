import { createRandom } from './traffic.ts';

/** One of the things that are measured against each other. */
export interface Contestant<Input> {
  readonly name: string;
  run(input: Input): unknown;
}

export interface RoundsOptions {
  readonly warmUp: number;
  readonly rounds: number;
}

/**
 * Runs contestants in turn on the same input, a new one each round, in an order that changes: whatever else the machine
 * does then hits all of them alike.
 *
 * @param clock - in milliseconds
 * @returns milliseconds per contestant and round
 */
export async function interleave<Input>(
  contestants: readonly Contestant<Input>[],
  inputs: Iterator<Input, unknown>,
  { warmUp, rounds }: RoundsOptions,
  clock: () => number = () => performance.now(),
): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  const random = createRandom(3);
  for (let round = 0; round < warmUp + rounds; round++) {
    const input = inputs.next().value as Input;
    for (const { name, run } of shuffled(contestants, random)) {
      collectGarbage();
      const start = clock();
      await run(input);
      const took = clock() - start;
      if (round >= warmUp) times.get(name)?.push(took);
    }
  }
  return times;
}

/** Milliseconds of CPU that this process has taken, on all threads: what others do on the machine does not count. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/**
 * Collects garbage where Node was started with `--expose-gc`. Between contestants only the young generation: a full collection
 * drops optimised code whose objects have died, which in a function that runs for minutes hardly ever happens.
 */
export function collectGarbage(type: 'minor' | 'major' = 'minor'): void {
  (globalThis as { gc?: (options: { type: string }) => void }).gc?.({ type });
}

/** @throws RangeError when there is no number */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  const lower = sorted[sorted.length % 2 === 0 ? middle - 1 : middle];
  if (upper === undefined || lower === undefined) throw new RangeError('no numbers, no median');
  return (lower + upper) / 2;
}

/** The median of the quotients of two series, round by round: what slowed a round down slowed down both. */
export const medianRatio = (dividends: readonly number[], divisors: readonly number[]): number =>
  median(dividends.map((dividend, index) => dividend / (divisors[index] ?? Number.NaN)));
