import { CHAINS, type ChaosChain } from './chains.ts';
import type { Fate } from './process.ts';
import { Random } from './random.ts';
import { type ChaosStage, STAGES } from './stages.ts';

/** What one step of a schedule does. */
export type StepKind =
  | 'put'
  | 'resend'
  | 'deliver'
  | 'redeliver'
  | 'fire'
  | 'sweep'
  | 'run'
  | 'arrive'
  | 'pause'
  | 'tick'
  | 'split'
  | 'merge'
  | 'abandon'
  | 'crash'
  | 'burst'
  | 'stray';

/**
 * How event times are drawn.
 *
 * - `calm`: all within the allowed lateness of each other, so that nothing can be late, whatever happens
 * - `punctual`: never more than the out-of-orderness bound behind the wall clock, so that nothing may be late, however long a
 *   consumer is stuck or a shard idle
 * - `wild`: mostly recent, some late within or beyond what is allowed, some ahead
 */
export type Profile = 'calm' | 'punctual' | 'wild';

/** Everything about a schedule that its seed decides at once. */
export interface Plan {
  readonly seed: number;
  /** The first window stage: time is measured in its windows. */
  readonly stage: ChaosStage;
  readonly chain: ChaosChain;
  readonly profile: Profile;
  readonly shards: number;
  /** Shards of the streams between stages. */
  readonly between: readonly number[];
  readonly keys: readonly string[];
  readonly steps: Readonly<Record<StepKind, number>>;
  readonly fates: Readonly<Record<Fate, number>>;
  /** Probability that a query is answered in pages, between which others write. */
  readonly torn: number;
  /** Probability that a batch goes to a new container instead of the shard's last. */
  readonly cold: number;
  /** Highest number of calls that one process makes before another may go on. */
  readonly burst: number;
  /** Processes of one kind that are at work at once, zombies not counted. */
  readonly crowd: number;
  /** How readily a zombie goes on. */
  readonly liveliness: number;
  /** Clocks of processes differ by up to this, in milliseconds. */
  readonly skew: number;
  /** Which slices are compacted: where it pays, which it hardly does here, or all. */
  readonly compacts: boolean;
  /** Keys that a function holds at once: few make it fire in buckets. */
  readonly maxKeys: number | undefined;
  readonly length: number;
}

const STEPS: Readonly<Record<StepKind, number>> = {
  put: 6,
  resend: 2.5,
  deliver: 8,
  redeliver: 1,
  fire: 3,
  sweep: 1.5,
  run: 60,
  arrive: 1,
  pause: 3,
  tick: 4,
  split: 0.3,
  merge: 0.2,
  abandon: 1.5,
  crash: 0.5,
  burst: 0.15,
  stray: 1,
};
/** As probabilities of one call. */
const FATES: Readonly<Record<Exclude<Fate, 'ok' | 'throttled'>, number>> = {
  lost: 0.015,
  ambiguous: 0.03,
  delayed: 0.03,
  repeated: 0.03,
  crash: 0.015,
  crashed: 0.015,
};

/**
 * Swarm testing (Groce et al., ISSTA 2012, https://doi.org/10.1145/2338965.2336763): every seed leaves some kinds of
 * events out and has others often, which reaches more of what can happen than one mixture for all.
 *
 * @param chained - whether stages read each other, or there is one stage alone
 */
export function planOf(seed: number, chained = false): Plan {
  const random = new Random(seed, 0x706c616e);
  const swarm = (weights: Readonly<Record<string, number>>, factors: readonly number[]) =>
    Object.fromEntries(
      Object.entries(weights).map(([name, weight]) => [name, weight * random.pick(factors)]),
    );
  const steps = swarm(STEPS, [0, 0.5, 1, 1, 2, 4]) as Record<StepKind, number>;
  for (const kind of ['put', 'deliver', 'run', 'tick'] as const) steps[kind] = STEPS[kind];
  const trouble = random.pick([0.1, 0.4, 1]);
  const fates = swarm(FATES, [0, 0, trouble, trouble, 3 * trouble]) as Record<Fate, number>;
  const failing = Object.values(fates).reduce((sum, weight) => sum + weight, 0);
  const single = random.pick(STAGES);
  const chain: ChaosChain = chained
    ? new Random(seed, 0x636861696e).pick(CHAINS)
    : { filters: [], stages: [single] };
  const [stage] = chain.stages;
  const profile = random.weighted<Profile>({ calm: stage.lateness > 0 ? 1 : 0, punctual: 1, wild: 3 });
  const keys = random.pick([1, 2, 3, 4, 4, 6]);
  return {
    seed,
    stage,
    chain,
    between: [1 + (seed % 3), 1 + ((seed >> 2) % 3)],
    profile,
    shards: random.pick([1, 2, 2, 2, 3, 4]),
    keys: Array.from({ length: keys }, (_, index) => `key-${index}`),
    steps,
    fates: { ...fates, throttled: 0, ok: 1 - failing },
    torn: random.pick([0, 0, 0.1, 0.3]),
    cold: random.pick([0.05, 0.3, 0.8]),
    burst: random.pick([3, 8, 25]),
    crowd: random.pick([1, 2, 4]),
    liveliness: random.pick([0.1, 0.4]),
    skew: random.pick([0, 0, 2_000]),
    compacts: random.chance(0.5),
    maxKeys: random.chance(0.25) ? 3 : undefined,
    length: random.pick([60, 120, 300]),
  };
}
