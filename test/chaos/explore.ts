import type { Violation } from './sim/observer.ts';
import { planOf } from './sim/plan.ts';
import { allSteps, type RunOptions, runSchedule } from './sim/schedule.ts';

/** A schedule that went wrong. */
export interface Failure {
  readonly seed: number;
  readonly violation: Violation;
}

/** What a search came to. */
export interface Exploration {
  /** Schedules run, the failed one included. */
  readonly schedules: number;
  readonly seconds: number;
  readonly failure: Failure | undefined;
}

export interface Search extends RunOptions {
  /** The first seed; the others follow it. */
  readonly from: number;
  readonly schedules: number;
  /** Ends the search early, in milliseconds. */
  readonly budget?: number;
  readonly progress?: (done: number, seconds: number) => void;
}

/** Runs one schedule after the other until one goes wrong. */
export async function explore(search: Search): Promise<Exploration> {
  const { from, schedules, budget = Number.POSITIVE_INFINITY, progress, ...options } = search;
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  for (let done = 0; done < schedules; done++) {
    if (seconds() * 1000 > budget) return { schedules: done, seconds: seconds(), failure: undefined };
    const violation = await runSchedule(from + done, options);
    if (violation !== undefined) {
      return { schedules: done + 1, seconds: seconds(), failure: { seed: from + done, violation } };
    }
    progress?.(done + 1, seconds());
  }
  return { schedules, seconds: seconds(), failure: undefined };
}

/**
 * Leaves out as many steps as it can while something still goes wrong: halves first, then ever smaller pieces (Zeller and
 * Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", https://doi.org/10.1109/32.988498).
 *
 * @param budget - milliseconds after which the best so far is taken
 */
export async function shrink(seed: number, options: RunOptions, budget: number): Promise<number[]> {
  const until = performance.now() + budget;
  let steps = [...(options.steps ?? allSteps(planOf(seed, options.chained)))];
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < steps.length; ) {
      if (performance.now() > until) return steps;
      const fewer = [...steps.slice(0, at), ...steps.slice(at + size)];
      if ((await runSchedule(seed, { ...options, steps: fewer, coverage: undefined })) === undefined)
        at += size;
      else steps = fewer;
    }
  }
  return steps;
}

/** Tells a failure so that it can be understood and repeated: what, how to replay it, and the shrunk course of events. */
export async function describeFailure(
  failure: Failure,
  options: RunOptions,
  budget: number,
): Promise<string> {
  const { seed } = failure;
  const plan = planOf(seed, options.chained);
  const steps = await shrink(seed, options, budget);
  const trace: string[] = [];
  const chained = options.chained === true ? 'CHAINED=1 ' : '';
  const violation = await runSchedule(seed, { ...options, steps, trace });
  return [
    `schedule ${seed}: ${failure.violation.message}`,
    `  ${[...plan.chain.filters.map(({ stage }) => stage.name), ...plan.chain.stages.map(({ name }) => name)].join(' > ')}, ${plan.profile}, ${plan.shards} shards, ${plan.keys.length} keys, ${plan.length} steps`,
    `replay: ${chained}SEED=${seed} npx vitest run test/chaos/schedules.test.ts`,
    `shrunk: ${chained}SEED=${seed} STEPS=${steps.join()} npx vitest run test/chaos/schedules.test.ts`,
    `  where ${violation?.message ?? 'nothing goes wrong'}`,
    ...trace,
  ].join('\n');
}
