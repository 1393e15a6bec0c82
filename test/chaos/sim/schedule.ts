import { checkEvents, checkResults } from './check.ts';
import { checkFilter } from './check-filter.ts';
import { Coverage, Driver } from './driver.ts';
import type { Node } from './node.ts';
import { Violation } from './observer.ts';
import { expect } from './oracle.ts';
import { type Plan, planOf, type StepKind } from './plan.ts';
import { Random } from './random.ts';
import { type Sabotage, Simulation, type StoreKind } from './simulation.ts';
import { type ChaosStage, OUT_OF_ORDERNESS } from './stages.ts';

/** Processes alive at once, zombies included; beyond it the oldest dies, zombies first. */
const MAX_PROCESSES = 14;
/** What begins where nothing is under way. */
const IDLE = { put: 1, deliver: 4, fire: 1.5, sweep: 0.5 };
const MAX_ROUNDS = 12;
/** Longer than a lease, and than a shard must be still to count as quiet. */
const ROUND_MS = 40_000;

export interface RunOptions {
  /** The steps to take, by number; all of the plan's if absent. Each draws from its own source, so any may be left out. */
  readonly steps?: readonly number[];
  readonly sabotage?: Sabotage;
  readonly store?: StoreKind;
  readonly coverage?: Coverage;
  readonly trace?: string[];
  /** Looks only at what leaves the pipeline, not at how its state changes. */
  readonly outcomeOnly?: boolean;
  /** Stages that read each other instead of one alone. */
  readonly chained?: boolean;
}

/** Runs the schedule of a seed and checks what came of it; `undefined` is good. */
export async function runSchedule(seed: number, options: RunOptions = {}): Promise<Violation | undefined> {
  const plan = planOf(seed, options.chained);
  const simulation = await Simulation.create(plan, options.store ?? 'emulator', options.sabotage);
  const driver = new Driver(simulation, options.coverage ?? new Coverage(), options.trace);
  for (const { observer } of simulation.nodes) observer.silent = options.outcomeOnly === true;
  try {
    for (const step of options.steps ?? allSteps(plan)) {
      const random = new Random(seed, step);
      simulation.random = random;
      await new Schedule(driver, plan, random).step();
    }
    await new Schedule(driver, plan, new Random(seed, -1)).settleAndCheck();
    return undefined;
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    return error;
  }
}

export const allSteps = (plan: Plan): number[] => Array.from({ length: plan.length }, (_, index) => index);

class Schedule {
  readonly #driver: Driver;
  readonly #simulation: Simulation;
  readonly #plan: Plan;
  readonly #random: Random;
  /** Event time that all lanes have reached, once no more events come. */
  #end: number | undefined;

  constructor(driver: Driver, plan: Plan, random: Random) {
    this.#driver = driver;
    this.#simulation = driver.simulation;
    this.#plan = plan;
    this.#random = random;
  }

  async step(): Promise<void> {
    this.#makeRoom();
    await this.#step(this.#random.weighted(this.#plan.steps));
  }

  async #step(kind: StepKind): Promise<void> {
    const [simulation, random] = [this.#simulation, this.#random];
    const { producers, adrift, windows } = simulation;
    if (kind !== 'run') this.#driver.log(() => `* ${kind}`);
    switch (kind) {
      case 'put':
      case 'resend':
        return producers[kind](random, simulation.now, windows[0]?.observer.clock.watermark ?? Number.NaN);
      case 'deliver':
        return this.#deliver();
      case 'redeliver': {
        const node = this.#anyOf(simulation.nodes);
        const shard = random.pick(node.stream.names());
        const records = node.feeds.again(shard, random.between(0, 5), random.between(1, 6));
        return simulation.deliver(node, shard, records, { cold: random.chance(0.5), waits: false });
      }
      case 'fire':
      case 'sweep':
        return this.#look(kind);
      case 'run':
        return this.#run();
      case 'arrive':
        if (adrift.length === 0) return;
        return this.#driver.arrive(adrift.splice(random.between(0, adrift.length - 1), 1)[0]!);
      case 'pause':
        return this.#pause();
      case 'tick':
        // Time goes on for everyone: all lanes get something, so that the watermark can follow.
        simulation.now += random.between(0, this.#plan.stage.pace);
        for (const key of this.#plan.keys) producers.put(random, simulation.now, Number.NaN, key);
        return;
      case 'split':
      case 'merge': {
        const { stream } = this.#anyOf(simulation.nodes);
        return stream[kind](random.pick(stream.names()));
      }
      case 'abandon':
      case 'crash':
        return this.#lose(kind);
      case 'burst':
        this.#driver.throttled = random.between(5, 40);
        return;
      case 'stray':
        return producers.stray(random, simulation.now);
    }
  }

  async #run(): Promise<void> {
    const waiting = this.#simulation.processes.filter(({ pending }) => pending.length > 0);
    const lively = waiting.filter(({ zombie }) => !zombie || this.#random.chance(this.#plan.liveliness));
    if (lively.length === 0) return this.#step(this.#random.weighted(IDLE));
    await this.#driver.run(
      this.#random.pick(lively),
      this.#random.between(1, this.#plan.burst),
      this.#random,
    );
  }

  #deliver(): void {
    const size = this.#random.between(1, 6);
    const batches = this.#simulation.nodes.flatMap((node) =>
      node.stream.names().flatMap((shard) => {
        const records = node.feeds.next(shard, size);
        return records.length === 0 ? [] : [{ node, shard, records }];
      }),
    );
    if (batches.length === 0) return;
    const { node, shard, records } = this.#random.pick(batches);
    this.#simulation.deliver(node, shard, records, {
      cold: this.#random.chance(this.#plan.cold),
      waits: true,
    });
  }

  #look(kind: 'fire' | 'sweep'): void {
    const same = this.#simulation.processes.filter((process) => process.kind === kind && !process.zombie);
    const { windows } = this.#simulation;
    if (same.length < this.#plan.crowd * windows.length) this.#simulation[kind](this.#anyOf(windows));
  }

  /** Draws only where there is a choice, so that schedules of one stage stay what they are. */
  #anyOf(nodes: readonly Node[]): Node {
    const [only, ...others] = nodes;
    return only !== undefined && others.length === 0 ? only : this.#random.pick(nodes);
  }

  #pause(): void {
    const { pace } = this.#plan.stage;
    const longest = this.#random.pick([2_000, 20_000, 60_000, pace]);
    this.#simulation.now += this.#random.between(0, longest);
  }

  #lose(how: 'abandon' | 'crash'): void {
    const simulation = this.#simulation;
    const busy = simulation.processes.filter((process) => process.busy && !process.zombie);
    if (busy.length === 0) return;
    // Who is about to write something is the more dangerous.
    const writing = busy.filter(({ pending }) => pending.some((call) => call.writes));
    const process = this.#random.pick(writing.length > 0 && this.#random.chance(0.7) ? writing : busy);
    this.#driver.log(() => process.name);
    if (how === 'crash') simulation.kill(process);
    else simulation.abandon(process);
  }

  #makeRoom(): void {
    const busy = this.#simulation.processes.filter((process) => process.busy);
    const oldest = busy.find(({ zombie }) => zombie) ?? busy[0];
    if (oldest !== undefined && busy.length > MAX_PROCESSES) this.#simulation.kill(oldest);
  }

  /** Lets all come to rest; then moves time beyond every window; then wakes the dead. Nothing may be wrong at any of these. */
  async settleAndCheck(): Promise<void> {
    const simulation = this.#simulation;
    simulation.random = this.#random;
    simulation.hinting = false;
    this.#driver.throttled = 0;
    this.#driver.log(() => '* settle');
    if (this.#random.chance(0.4)) await this.#settle();
    else await this.#finish();
    // A stage over another's results closes its last windows when the other has closed one beyond them.
    for (const { span, lateness } of this.#plan.chain.stages) {
      simulation.now = Math.max(simulation.now, simulation.producers.latest) + 3 * span + lateness + ROUND_MS;
      simulation.producers.end(simulation.now);
      this.#driver.log(() => '* end');
      this.#end = simulation.now;
      await this.#settle();
    }
    if (simulation.adrift.length === 0 && simulation.processes.every(({ pending }) => pending.length === 0))
      return;
    this.#driver.log(() => '* wake the zombies');
    for (const call of simulation.adrift.splice(0)) await this.#driver.arrive(call);
    await this.#driver.finish(this.#random, () => true);
    await this.#settle();
  }

  async #settle(): Promise<void> {
    const simulation = this.#simulation;
    await this.#finish();
    for (let round = 1; ; round++) {
      await this.#deliverAll();
      simulation.now += ROUND_MS;
      await this.#stray();
      for (const what of ['sweep', 'fire'] as const) {
        for (const node of simulation.windows) {
          simulation[what](node);
          await this.#finish();
        }
      }
      await this.#deliverAll();
      try {
        return await this.#check();
      } catch (error) {
        if (round >= MAX_ROUNDS) throw error;
      }
    }
  }

  /** Events that are no stage's may come all the time, in every shard, consumed a moment ago and unread: nobody waits for them. */
  async #stray(): Promise<void> {
    if (this.#plan.steps.stray === 0) return;
    const { producers, now, nodes } = this.#simulation;
    const places = (await nodes[0].stream.list()).map(({ hashRange: [first] }) => Number(first));
    for (const place of places) producers.stray(this.#random, now, place);
    await this.#deliverAll();
    for (const place of places) producers.stray(this.#random, now, place);
  }

  #finish(): Promise<void> {
    return this.#driver.finish(this.#random, ({ zombie }) => !zombie);
  }

  async #deliverAll(): Promise<void> {
    for (let moved = true; moved; ) {
      moved = false;
      for (const node of this.#simulation.nodes) {
        for (const shard of node.stream.names()) {
          const records = node.feeds.next(shard, 50);
          if (records.length === 0) continue;
          moved = true;
          this.#simulation.deliver(node, shard, records, { cold: false, waits: true });
          await this.#finish();
        }
      }
    }
  }

  async #check(): Promise<void> {
    const { nodes, store } = this.#simulation;
    for (const [index, node] of nodes.entries()) {
      const { filter, stage } = node;
      if (filter !== undefined) await checkFilter(filter, node, nodes[index + 1]?.records ?? [], store);
      if (stage !== undefined) await this.#checkWindows(node, stage);
    }
    const watermark = this.#simulation.windows[0]?.observer.clock.watermark;
    const reached = (this.#end ?? Number.NaN) - OUT_OF_ORDERNESS;
    if (watermark !== reached && this.#end !== undefined)
      throw new Violation('outcome', `the watermark is ${watermark}, although all has reached ${reached}`);
  }

  async #checkWindows({ stream, records, observer, sink }: Node, stage: ChaosStage): Promise<void> {
    const { store } = this.#simulation;
    const expected = await expect(stage, stream.names(), records, store, observer);
    const { firesUpTo, watermark, closedUpTo } = observer.clock;
    const final = [...expected.totals.values()].filter(({ closes }) => closes <= watermark);
    const due = Math.max(Number.NEGATIVE_INFINITY, ...final.map(({ fires }) => fires + stage.lateness));
    if (closedUpTo < due) throw new Violation('outcome', `closed up to ${closedUpTo}, not ${due}`);
    checkResults(expected, sink, stage, Math.max(firesUpTo, watermark), watermark);
    await checkEvents(expected, sink, store, stage.name);
  }
}
