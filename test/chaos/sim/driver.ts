import { Violation } from './observer.ts';
import { type Call, type Fate, InjectedFault, type Process } from './process.ts';
import type { Random } from './random.ts';
import type { Simulation } from './simulation.ts';

/** What one call of a process costs, in milliseconds of the wall clock. */
const CALL_MS = 4;
/** More calls than any settling needs: who makes more, does not end. */
const MAX_CALLS = 10_000;

/** How often each kind of call met each fate, over all schedules of a run. */
export class Coverage {
  readonly #counts = new Map<string, Map<string, number>>();

  count(what: string, fate: string): void {
    const fates = this.#counts.get(what) ?? new Map<string, number>();
    fates.set(fate, (fates.get(fate) ?? 0) + 1);
    this.#counts.set(what, fates);
  }

  table(): Record<string, Record<string, number>> {
    const rows = [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(rows.map(([what, fates]) => [what, Object.fromEntries(fates)]));
  }
}

/** Lets the processes of a simulation go on, one call at a time, and decides what becomes of each call. */
export class Driver {
  readonly simulation: Simulation;
  readonly coverage: Coverage;
  /** What happened, for people; empty unless asked for. */
  readonly trace: string[] | undefined;
  /** Calls of a burst of throttling that are still to come. */
  throttled = 0;

  constructor(simulation: Simulation, coverage: Coverage, trace: string[] | undefined) {
    this.simulation = simulation;
    this.coverage = coverage;
    this.trace = trace;
  }

  log(line: () => string): void {
    this.trace?.push(
      `${((this.simulation.now - Date.UTC(2026, 0, 1)) / 1000).toFixed(2).padStart(10)}  ${line()}`,
    );
  }

  /** Lets one process make up to `count` calls, each of which meets a fate. */
  async run(process: Process, count: number, random: Random): Promise<void> {
    for (let made = 0; made < count; made++) {
      const call = process.take(random);
      if (call === undefined) return;
      await this.#perform(process, call, this.#fateOf(call, random), random);
    }
  }

  /** Lets everything that is under way and not a zombie come to its end, without faults. */
  async finish(random: Random, including: (process: Process) => boolean): Promise<void> {
    // What has just begun gets as far as its first call.
    await settled();
    for (let calls = 0; ; calls++) {
      const waiting = this.simulation.processes.filter(
        (process) => process.pending.length > 0 && including(process),
      );
      if (waiting.length === 0) return;
      if (calls > MAX_CALLS) throw new Violation('outcome', `${waiting.map(({ name }) => name)} do not end`);
      const process = random.pick(waiting);
      await this.#perform(process, process.take(random) as Call, 'ok', random);
    }
  }

  /** A request that was given up arrives after all. */
  async arrive(call: Call): Promise<void> {
    this.log(() => `late arrival: ${call.label}`);
    this.coverage.count(call.label, 'arrived late');
    await call.work(undefined).catch(() => {});
    await settled();
  }

  #fateOf(call: Call, random: Random): Fate {
    if (this.throttled > 0) {
      this.throttled--;
      if (call.label !== 'sleep' && random.chance(0.8)) return 'throttled';
    }
    const fate = random.weighted(this.simulation.plan.fates);
    const dies = fate === 'crash' || fate === 'crashed';
    if (call.label === 'sleep' && !dies) return 'ok';
    return call.writes || dies || fate === 'lost' ? fate : 'ok';
  }

  async #perform(process: Process, call: Call, fate: Fate, random: Random): Promise<void> {
    const { simulation } = this;
    simulation.now += random.between(1, CALL_MS);
    this.coverage.count(`${process.kind}: ${call.label}`, fate);
    this.log(
      () =>
        `${process.name}${process.zombie ? ' (zombie)' : ''}: ${call.label}${fate === 'ok' ? '' : ` -> ${fate}`}`,
    );
    switch (fate) {
      case 'ok':
        await this.#answer(call, random);
        break;
      case 'lost':
      case 'throttled':
        call.reject(new InjectedFault(fate));
        break;
      case 'ambiguous':
        await call.work(undefined).catch(() => {});
        call.reject(new InjectedFault(fate));
        break;
      case 'delayed':
        simulation.adrift.push(call);
        call.reject(new InjectedFault(fate));
        break;
      case 'repeated':
        await call.work(undefined).catch(() => {});
        process.pending.push(call);
        break;
      case 'crashed':
        await call.work(undefined).catch(() => {});
        simulation.kill(process);
        break;
      case 'crash':
        simulation.kill(process);
        break;
    }
    await settled();
    const [violation] = [
      ...simulation.violations,
      ...simulation.nodes.flatMap(({ observer, sink }) => [...observer.violations, ...sink.violations]),
    ];
    if (violation !== undefined) throw violation;
  }

  async #answer(call: Call, random: Random): Promise<void> {
    const page = random.chance(this.simulation.plan.torn) ? random.between(1, 3) : undefined;
    try {
      call.resolve(await call.work(page));
    } catch (error) {
      call.reject(error);
    }
  }
}

/** Functions do nothing but wait for calls and compute: when all that is ready has run, each of them waits or has ended. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
