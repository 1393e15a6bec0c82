import type { Model, Step, Visit } from '../search/search.ts';
import { describeState } from './describe.ts';
import { firerAccidents, firerSteps } from './firer.ts';
import { CLOCK, GHOST, HEAD, SOURCE } from './layout.ts';
import { Machine } from './machine.ts';
import { type Rule, rulesWithout } from './rules.ts';
import type { Scenario } from './scenario.ts';
import { Settle } from './settle.ts';
import { streamSteps } from './stream.ts';
import { sweeperAccidents, sweeperSteps } from './sweeper.ts';
import { writerAccidents, writerSteps } from './writer.ts';

/** The protocol in a small case, all rules kept or one broken. */
export class ProtocolModel implements Model {
  readonly name: string;
  readonly size: number;
  readonly initial: Uint8Array;
  readonly #m: Machine;
  readonly #settle: Settle;

  constructor(scenario: Scenario, broken?: Rule) {
    this.name = broken === undefined ? scenario.name : `${scenario.name} without ${broken}`;
    // Traces are easier to read when processes keep their names.
    this.#m = new Machine(scenario, rulesWithout(broken), broken === undefined);
    this.#settle = new Settle(
      new Machine({ ...scenario, silence: scenario.brief !== true }, rulesWithout(broken), false),
    );
    this.size = this.#m.l.size;
    this.initial = start(this.#m);
  }

  successors(from: Uint8Array, visit: Visit): void {
    const m = this.#m;
    m.from(from, visit);
    for (let at = 0; at < m.s.writers.length; at++) {
      writerSteps(m, at);
      writerAccidents(m, at);
    }
    if (m.s.sweeper === true) {
      sweeperSteps(m);
      sweeperAccidents(m);
    }
    for (let at = 0; at < m.s.firers; at++) {
      firerSteps(m, at);
      firerAccidents(m, at);
    }
    streamSteps(m);
  }

  check(state: Uint8Array): string | undefined {
    this.#m.b.set(state);
    return this.#m.idle() ? this.#settle.check(state) : undefined;
  }

  explain(state: Uint8Array): Step[] {
    return this.#settle.explain(state);
  }

  describe(state: Uint8Array): string[] {
    this.#m.b.set(state);
    return describeState(this.#m);
  }
}

function start(m: Machine): Uint8Array {
  const { b, c, l, s } = m;
  b.fill(0);
  b[l.clock + CLOCK.started] = s.unregistered === true ? 0 : 1;
  for (let shard = 0; shard < c.shards; shard++) {
    const source = l.source(shard);
    const child = c.parents[shard]!.length > 0;
    b[source + SOURCE.exists] = child && s.arrivals === true ? 0 : 1;
    if (s.unregistered !== true && b[source + SOURCE.exists] === 1) b[l.head(shard) + HEAD.known] = 1;
    if (s.arrivals === true) continue;
    b[source + SOURCE.arrived] = c.recordsOf(shard);
    const parent = c.parents.some((parents) => parents.includes(shard));
    b[source + SOURCE.closed] = parent ? 1 : 0;
  }
  if (s.arrivals !== true)
    for (const [record, level] of c.reachedBefore.entries())
      b[l.levels + record] = Math.max(level, s.expired ?? 0);
  if (s.expired !== undefined) startExpired(m, s.expired);
  return b.slice();
}

function startExpired({ b, c, l }: Machine, time: number): void {
  b[l.clock + CLOCK.watermark] = time;
  b[l.clock + CLOCK.closed] = time;
  b[l.head(0) + HEAD.n] = 1;
  b[l.head(0) + HEAD.position] = 1;
  b[l.head(0) + HEAD.max] = c.times[0]!;
  b[l.source(0) + SOURCE.checkpoint] = 1;
  b[l.ghost + GHOST.consumed] = 1;
  b[l.ghost + GHOST.counted] = 1;
}
