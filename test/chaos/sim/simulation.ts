import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type FilterContext, ShardFilter } from '../../../shared/filters/shard-filter.ts';
import { fireStage } from '../../../shared/state/fire.ts';
import { joinBuckets } from '../../../shared/state/fire-buckets.ts';
import type { BucketHint, FireOutputs } from '../../../shared/state/fire-outputs.ts';
import { Heads } from '../../../shared/state/heads.ts';
import type { Hints } from '../../../shared/state/hints.ts';
import { type StageContext, stageContext } from '../../../shared/state/stage-context.ts';
import { StageTable } from '../../../shared/state/stage-table.ts';
import { sweepStage } from '../../../shared/state/sweep.ts';
import type { Probe } from '../../../shared/state/sweep-shards.ts';
import { ShardWriter, type SourceRecord, type WriterOutputs } from '../../../shared/state/writer.ts';
import type { Command } from '../../support/in-process-dynamodb.ts';
import { MemoryStream } from '../../support/memory-stream.ts';
import { Between } from './between.ts';
import { clientOf } from './client.ts';
import { Emulator } from './emulator.ts';
import type { Consumer } from './feed.ts';
import { MemoryTable } from './memory-table.ts';
import { Node, resultSpanOf } from './node.ts';
import { Violation } from './observer.ts';
import type { Plan } from './plan.ts';
import { type Call, InjectedFault, Process } from './process.ts';
import { Producers } from './producers.ts';
import { Random } from './random.ts';
import { HOUR, START } from './stages.ts';
import { type Attributes, type Store, Twin } from './store.ts';

/** How a deliberate fault gets between the code and its surroundings; see `deliberate-faults.ts`. */
export interface Sabotage {
  /** Changes a command on its way to DynamoDB, or swallows it. */
  command?(command: Command): Command | undefined;
  /** Changes what a function works on; `outputs` are those of a writer. */
  context?(context: StageContext, items: StageTable, outputs: WriterOutputs | undefined): StageContext;
  /** Changes what a look into the stream finds. */
  probe?(found: Probe): Probe;
}

/** What the state is kept in: the emulator, a table in memory, or both, which then must agree. */
export type StoreKind = 'emulator' | 'memory' | 'both';

async function storeOf(kind: StoreKind): Promise<Store> {
  if (kind === 'memory') return new MemoryTable();
  const emulator = await Emulator.create();
  return kind === 'both' ? new Twin(emulator, new MemoryTable()) : emulator;
}

const RETENTION = 24 * HOUR;
const TIMEOUT_MS = 60_000;
/** Errors with which an invocation may end: the infrastructure's, and giving up after many conflicts. */
const EXPECTED_ERRORS = [InjectedFault.name, 'CommitConflict'];

/** The functions of stages, running as processes that the schedule lets go on call by call, and all that surrounds them. */
export class Simulation {
  /** The wall clock, epoch milliseconds. */
  now: number;
  /** Source of whatever the functions' surroundings decide at the moment. */
  random: Random;
  readonly plan: Plan;
  readonly store: Store;
  readonly producers: Producers;
  /** The stages, each before those that read what leaves it. */
  readonly nodes: readonly [Node, ...Node[]];
  readonly violations: Violation[] = [];
  readonly processes: Process[] = [];
  /** Writes on their way whose senders have given them up, or are dead. */
  readonly adrift: Call[] = [];
  /** Whether a hint starts a function at once. */
  hinting = true;
  readonly #sabotage: Sabotage;
  readonly #between: Between;
  readonly #clientOf: (process: Process) => DynamoDBClient;
  #started = 0;

  static async create(plan: Plan, kind: StoreKind, sabotage: Sabotage = {}): Promise<Simulation> {
    return new Simulation(plan, await storeOf(kind), sabotage);
  }

  private constructor(plan: Plan, store: Store, sabotage: Sabotage) {
    this.plan = plan;
    this.store = store;
    this.#sabotage = sabotage;
    this.now = START + plan.stage.lateness;
    this.random = new Random(plan.seed);
    const stream = new MemoryStream(plan.shards);
    this.producers = new Producers(plan, stream);
    const { filters, stages } = plan.chain;
    const [first, ...rest] = [
      ...filters.map((filter) => ({ filter })),
      ...stages.map((stage) => ({ stage })),
    ] as const;
    this.nodes = [
      new Node(first ?? { stage: plan.stage }, stream, this.producers.records),
      ...rest.map((of, index) => new Node(of, new MemoryStream(plan.between[index] ?? 1), [])),
    ];
    this.#between = new Between(plan.keys, this.nodes, this.producers, () => this.now);
    const wrote = (stage: string | undefined, item: Attributes) =>
      this.nodes.find(({ name }) => name === stage)?.observer.wrote(item);
    this.#clientOf = clientOf(store, wrote, sabotage.command);
  }

  /** The window stages. */
  get windows(): readonly Node[] {
    return this.nodes.filter(({ stage }) => stage !== undefined);
  }

  /** Gives a batch of a shard to a container: the warm one, if it is free. */
  deliver(
    node: Node,
    shard: string,
    records: readonly SourceRecord[],
    options: { cold: boolean; waits: boolean },
  ): void {
    const last = records.at(-1);
    if (last === undefined) return;
    const { feeds } = node;
    const feed = feeds.of(shard);
    const warm = options.cold || feed.warm?.process.busy === true ? undefined : feed.warm;
    const consumer = warm ?? this.#consumer(node, shard);
    feed.warm = consumer;
    if (options.waits) feed.waiting = consumer;
    this.#invoke(
      consumer.process,
      consumer.work.process(records).then(
        () => feeds.done(shard, consumer, last.sequence),
        (error) => {
          feeds.failed(shard, consumer);
          throw error;
        },
      ),
    );
  }

  /** @param bucket - what to take part in; absent to look for all that is due */
  fire(node: Node, bucket?: BucketHint): void {
    const process = this.#process('fire', node);
    const outputs: FireOutputs = {
      emit: (results) => this.#between.emit(node, process, results),
      listShards: () => process.call('list shards', false, node.stream.list),
      sleep: (ms) => this.#sleep(process, ms),
      remaining: this.#remaining(),
      fireBucket: async (hint) => {
        if (this.hinting && this.random.chance(0.6)) this.fire(node, hint);
      },
    };
    const context = this.#context(node, process);
    this.#invoke(process, bucket ? joinBuckets(context, outputs, bucket) : fireStage(context, outputs));
  }

  sweep(node: Node): void {
    const process = this.#process('sweep', node);
    this.#invoke(
      process,
      sweepStage(this.#context(node, process), {
        inputOf: (name) => {
          const { stream } = this.#node(name);
          return {
            listShards: () => process.call('list shards', false, stream.list),
            probe: (shard, after, concerns) =>
              process.call('probe', false, async () => {
                const found = await stream.probe(shard, after, concerns);
                return this.#sabotage.probe?.(found) ?? found;
              }),
          };
        },
        contextOf: (name) => this.#context(this.#node(name), process),
        hints: this.#hints(node),
        sleep: (ms) => this.#sleep(process, ms),
        remaining: this.#remaining(),
      }),
    );
  }

  /** The process is dead: what waits in it never goes on. What it had sent may still arrive. */
  kill(process: Process): void {
    for (const { feeds } of this.nodes) feeds.forget(process);
    this.adrift.push(...process.pending.splice(0).filter((call) => call.writes));
    const at = this.processes.indexOf(process);
    if (at >= 0) this.processes.splice(at, 1);
  }

  /** Everyone takes the process for dead, and it is not. */
  abandon(process: Process): void {
    for (const { feeds } of this.nodes) feeds.forget(process);
    process.zombie = true;
  }

  #invoke(process: Process, work: Promise<unknown>): void {
    process.busy = true;
    const ended = () => {
      process.busy = false;
      const lasts = process.kind === 'window' || process.kind === 'filter';
      if (!lasts || process.zombie) this.kill(process);
    };
    work.then(ended, (error: Error) => {
      if (!EXPECTED_ERRORS.includes(error.name)) {
        this.violations.push(new Violation('outcome', `${process.name} threw ${error.stack}`));
      }
      ended();
    });
  }

  #node(name: string): Node {
    const found = this.nodes.find((node) => node.name === name);
    if (found === undefined) throw new RangeError(`no stage is called "${name}"`);
    return found;
  }

  #process(kind: string, node: Node): Process {
    const { skew } = this.plan;
    const of = this.nodes.length > 1 ? ` of ${node.name}` : '';
    const process = new Process(`${kind}-${++this.#started}${of}`, kind, this.random.between(-skew, skew));
    this.processes.push(process);
    return process;
  }

  #consumer(node: Node, shard: string): Consumer {
    const { filter, sink, stream } = node;
    const process = this.#process(filter ? 'filter' : 'window', node);
    const setAside: WriterOutputs['setAside'] = (_shard, items) =>
      process.call('set aside', true, async () => {
        for (const { sequence, sub } of items) sink.rejected.add(`${sequence}-${sub}`);
      });
    const listShards = () => process.call('list shards', false, stream.list);
    if (filter !== undefined) {
      const context: FilterContext = {
        stage: filter.stage,
        heads: new Heads(new StageTable(this.#clientOf(process), this.store.table, node.name)),
        output: { put: (passed) => this.#between.pass(node, process, passed) },
        listShards,
        setAside,
        retention: RETENTION,
        now: () => this.now + process.skew,
      };
      return { process, work: new ShardFilter(context, shard) };
    }
    const outputs: WriterOutputs = {
      setAside,
      emitLate: (events) =>
        process.call('emit late', true, async () => {
          for (const event of events) sink.lateEvent(event);
        }),
      hints: this.#hints(node),
      listShards,
    };
    return { process, work: new ShardWriter(this.#context(node, process, outputs), shard, outputs) };
  }

  #context(node: Node, process: Process, outputs?: WriterOutputs): StageContext {
    const client = this.#clientOf(process);
    const { table } = this.store;
    const stage = node.stage ?? this.plan.stage;
    const context = stageContext({
      client,
      table,
      pipeline: 'chaos',
      compiled: stage.compiled,
      resultSpan: resultSpanOf(stage, this.nodes),
      retention: RETENTION,
      now: () => this.now + process.skew,
      maxKeys: this.plan.maxKeys,
      worthCompacting: this.plan.compacts ? () => true : undefined,
    });
    const items = new StageTable(client, table, context.name);
    return this.#sabotage.context?.(context, items, outputs) ?? context;
  }

  #sleep(process: Process, ms: number): Promise<void> {
    const until = this.now + ms;
    return process.call('sleep', false, async () => {
      this.now = Math.max(this.now, until);
    });
  }

  #remaining(): () => number {
    const deadline = this.now + TIMEOUT_MS;
    return () => deadline - this.now;
  }

  #hints(node: Node): Hints {
    const hint = async (what: 'fire' | 'sweep') => {
      if (this.hinting && this.random.chance(0.4)) this[what](node);
    };
    return { fire: () => hint('fire'), sweep: () => hint('sweep') };
  }
}
