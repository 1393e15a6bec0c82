import { Fingerprints } from './fingerprints.ts';
import { StateQueue } from './queue.ts';

/** A thing that happens: what it is called, the state it leads to, and what is wrong with that, if anything is. */
export type Visit = (label: string, to: Uint8Array, fault: string | undefined) => void;

/** A system with finitely many states, each a fixed number of bytes. */
export interface Model {
  readonly name: string;
  /** Bytes of a state, a multiple of four. */
  readonly size: number;
  readonly initial: Uint8Array;
  /** Calls `visit` for all that can happen next, in an order that depends on the state alone; `to` is valid during the call. */
  successors(from: Uint8Array, visit: Visit): void;
  /** What is wrong with a state as such. */
  check(state: Uint8Array): string | undefined;
  /** Where it takes more steps to see what is wrong with a state: those steps. */
  explain?(state: Uint8Array): Step[];
  /** A state as lines for a reader. */
  describe(state: Uint8Array): string[];
}

export interface Step {
  readonly label: string;
  readonly state: Uint8Array;
}

export interface Counterexample {
  readonly fault: string;
  readonly steps: readonly Step[];
  /** How many of the steps were chosen by the search; what follows them is the model's explanation. */
  readonly length: number;
}

export interface SearchReport {
  readonly model: string;
  readonly states: number;
  readonly transitions: number;
  /** Steps from the initial state to the farthest. */
  readonly depth: number;
  readonly seconds: number;
  readonly counterexample: Counterexample | undefined;
}

/** More states than a search was meant to have: it must not run for ever, nor say that it was exhaustive. */
export class TooManyStates extends Error {
  override readonly name = 'TooManyStates';
}

/**
 * Visits every state that can be reached, breadth first, so that a counterexample is a shortest one.
 *
 * @param limit - states at most
 * @throws TooManyStates beyond the limit
 */
export function search(model: Model, limit = 100_000_000): SearchReport {
  const started = performance.now();
  const seen = new Fingerprints();
  const queue = new StateQueue(model.size);
  const from = new Uint8Array(model.size);
  const words = new Int32Array(model.size / 4);
  const bytes = new Uint8Array(words.buffer);
  let transitions = 0;
  let index = -1;
  let choice = 0;
  let fault: string | undefined;
  let faulty = -1;
  let wrong = -1;
  const visit: Visit = (_label, to, problem) => {
    if (fault !== undefined) return;
    transitions++;
    if (problem !== undefined) {
      fault = problem;
      faulty = index;
      wrong = choice;
      return;
    }
    bytes.set(to);
    if (seen.add(words, index, choice)) queue.push(to);
    choice++;
  };
  visit('', model.initial, undefined);
  let depth = 0;
  for (let levelEnd = 1; queue.length > 0; ) {
    queue.shift(from);
    index++;
    choice = 0;
    fault = model.check(from);
    faulty = index;
    if (fault === undefined) model.successors(from, visit);
    if (fault !== undefined) break;
    if (seen.size > limit) throw new TooManyStates(`${model.name} has over ${limit} states`);
    if (index + 1 === levelEnd && queue.length > 0) {
      levelEnd = seen.size;
      depth++;
    }
  }
  const counterexample =
    fault === undefined
      ? undefined
      : explained(model, fault, replay(model, seen.path(faulty).choices, wrong), wrong < 0);
  const seconds = (performance.now() - started) / 1000;
  return { model: model.name, states: seen.size, transitions, depth, seconds, counterexample };
}

function explained(model: Model, fault: string, steps: readonly Step[], ofState: boolean): Counterexample {
  const last = steps.at(-1) as Step;
  const more = ofState ? (model.explain?.(last.state) ?? []) : [];
  return { fault, steps: [...steps, ...more], length: steps.length - 1 };
}

/** Walks the way again to which the search only noted the choices. */
function replay(model: Model, path: readonly number[], wrong: number): Step[] {
  const steps: Step[] = [{ label: 'start', state: model.initial.slice() }];
  for (const wanted of wrong < 0 ? path : [...path, wrong]) {
    let choice = 0;
    let step: Step | undefined;
    model.successors((steps.at(-1) as Step).state, (label, to) => {
      if (choice++ === wanted) step = { label, state: to.slice() };
    });
    if (step === undefined) throw new RangeError('the model is not a function of its state');
    steps.push(step);
  }
  return steps;
}

/** A counterexample as a numbered list: what happened, and below it what that changed. */
export function printCounterexample(model: Model, { fault, steps, length }: Counterexample): string {
  const lines = [`${model.name}: ${fault}`];
  let before: string[] = [];
  for (const [number, { label, state }] of steps.entries()) {
    const now = model.describe(state);
    if (number === length + 1) lines.push('     from here on, undisturbed:');
    lines.push(`${String(number).padStart(3)}. ${label}`);
    for (const line of now) if (!before.includes(line)) lines.push(`       ${line}`);
    before = now;
  }
  return lines.join('\n');
}
