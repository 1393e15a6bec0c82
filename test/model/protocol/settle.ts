import { Fingerprints } from '../search/fingerprints.ts';
import type { Step, Visit } from '../search/search.ts';
import { checkSettled } from './checks.ts';
import { firerSteps } from './firer.ts';
import type { Machine } from './machine.ts';
import { sweeperSteps } from './sweeper.ts';
import { writerSteps } from './writer.ts';

const MAX_ROUNDS = 40;
const MAX_STEPS = 400;

/**
 * From a state in which nobody is at work, lets everybody work undisturbed until nothing changes any more, and says what is
 * wrong then: whatever has happened before, everything must come right from here.
 */
export class Settle {
  readonly #m: Machine;
  readonly #state: Uint8Array;
  readonly #before: Uint8Array;
  readonly #words: Int32Array;
  readonly #seen = new Fingerprints();
  #moved = false;
  #steps: Step[] | undefined;
  #fault: string | undefined;

  constructor(m: Machine) {
    this.#m = m;
    this.#words = new Int32Array(m.l.size / 4);
    this.#state = new Uint8Array(this.#words.buffer);
    this.#before = new Uint8Array(m.l.size);
  }

  check(state: Uint8Array): string | undefined {
    const m = this.#m;
    this.#state.set(state);
    this.#fault = undefined;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      // Several states settle along the same way: it need be walked but once.
      if (!this.#seen.add(this.#words, -1, 0) && this.#steps === undefined) return undefined;
      this.#before.set(this.#state);
      const served = new Set<number>();
      for (const [index, shard] of m.s.writers.entries()) {
        if (!served.has(shard))
          this.#run(
            () => writerSteps(m, index),
            () => m.writerIdle(index),
            true,
          );
        served.add(shard);
      }
      this.#run(
        () => sweeperSteps(m),
        () => m.b[m.l.sweeper] === 0,
        false,
      );
      this.#run(
        () => firerSteps(m, 0),
        () => m.firerIdle(0),
        false,
      );
      if (this.#fault !== undefined) return `later, undisturbed: ${this.#fault}`;
      if (!same(this.#before, this.#state)) continue;
      m.b.set(this.#state);
      const fault = checkSettled(m);
      return fault && `when all is done, ${fault}`;
    }
    return 'it never comes to rest';
  }

  /** The steps that {@link check} takes from a state. */
  explain(state: Uint8Array): Step[] {
    const steps: Step[] = [];
    this.#steps = steps;
    this.check(state);
    this.#steps = undefined;
    return steps;
  }

  /** Takes the first of the alternatives until a process is idle, or for as long as it has something to do. */
  #run(steps: () => void, idle: () => boolean, repeat: boolean): void {
    const m = this.#m;
    for (let step = 0; step < MAX_STEPS && this.#fault === undefined; step++) {
      this.#moved = false;
      m.from(this.#state, this.#first);
      steps();
      if (!this.#moved) return;
      m.b.set(this.#state);
      if (idle() && !repeat) return;
    }
  }

  readonly #first: Visit = (label, to, fault) => {
    if (this.#moved) return;
    this.#moved = true;
    this.#state.set(to);
    this.#steps?.push({ label, state: to.slice() });
    this.#fault = fault;
  };
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
