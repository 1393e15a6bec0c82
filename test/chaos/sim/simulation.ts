import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { fireStage } from '../../../shared/state/fire.ts';
import { joinBuckets } from '../../../shared/state/fire-buckets.ts';
import type { BucketHint, FireOutputs } from '../../../shared/state/fire-outputs.ts';
import type { Position } from '../../../shared/state/position.ts';
import { type StageContext, stageContext } from '../../../shared/state/stage-context.ts';
import { StageTable } from '../../../shared/state/stage-table.ts';
import { sweepStage } from '../../../shared/state/sweep.ts';
import type { Probe } from '../../../shared/state/sweep-shards.ts';
import { ShardWriter, type SourceRecord, type WriterOutputs } from '../../../shared/state/writer.ts';
import { MemoryStream } from '../../support/memory-stream.ts';
import { labelOf, writes } from './calls.ts';
import { type Attributes, type Command, Emulator } from './emulator.ts';
import { type Consumer, Feeds } from './feed.ts';
import { MemoryTable } from './memory-table.ts';
import { Observer, Violation } from './observer.ts';
import type { Plan } from './plan.ts';
import { type Call, InjectedFault, Process } from './process.ts';
import { Producers } from './producers.ts';
import { Random } from './random.ts';
import { Sink } from './sink.ts';
import { HOUR, START } from './stages.ts';
import { operationOf, type Store, Twin } from './store.ts';

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

const RESULTS_PER_PUT = 3;
const TIMEOUT_MS = 60_000;
/** Errors with which an invocation may end: the infrastructure's, and giving up after many conflicts. */
const EXPECTED_ERRORS = [InjectedFault.name, 'CommitConflict'];

/** One stage's functions, running as processes that the schedule lets go on call by call, and all that surrounds them. */
export class Simulation {
  /** The wall clock, epoch milliseconds. */
  now: number;
  /** Source of whatever the functions' surroundings decide at the moment. */
  random: Random;
  readonly plan: Plan;
  readonly store: Store;
  readonly observer: Observer;
  readonly stream: MemoryStream;
  readonly producers: Producers;
  readonly feeds: Feeds;
  readonly sink = new Sink();
  readonly violations: Violation[] = [];
  readonly processes: Process[] = [];
  /** Writes on their way whose senders have given them up, or are dead. */
  readonly adrift: Call[] = [];
  /** Whether a hint starts a function at once. */
  hinting = true;
  readonly #sabotage: Sabotage;
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
    this.observer = new Observer();
    this.stream = new MemoryStream(plan.shards);
    this.producers = new Producers(plan, this.stream);
    this.feeds = new Feeds(this.stream);
  }

  /** Gives a batch of a shard to a container: the warm one, if it is free. */
  deliver(shard: string, records: readonly SourceRecord[], options: { cold: boolean; waits: boolean }): void {
    const last = records.at(-1);
    if (last === undefined) return;
    const feed = this.feeds.of(shard);
    const warm = options.cold || feed.warm?.process.busy === true ? undefined : feed.warm;
    const consumer = warm ?? this.#consumer(shard);
    feed.warm = consumer;
    if (options.waits) feed.waiting = consumer;
    this.#invoke(
      consumer.process,
      consumer.writer.process(records).then(
        () => this.feeds.done(shard, consumer, last.sequence),
        (error) => {
          this.feeds.failed(shard, consumer);
          throw error;
        },
      ),
    );
  }

  /** @param bucket - what to take part in; absent to look for all that is due */
  fire(bucket?: BucketHint): void {
    const process = this.#process('fire');
    const outputs: FireOutputs = {
      emit: (results) => this.#emit(process, results),
      listShards: () => process.call('list shards', false, this.stream.list),
      sleep: (ms) => this.#sleep(process, ms),
      remaining: this.#remaining(),
      fireBucket: async (hint) => {
        if (this.hinting && this.random.chance(0.6)) this.fire(hint);
      },
    };
    const context = this.#context(process);
    this.#invoke(process, bucket ? joinBuckets(context, outputs, bucket) : fireStage(context, outputs));
  }

  sweep(): void {
    const process = this.#process('sweep');
    this.#invoke(
      process,
      sweepStage(this.#context(process), {
        inputOf: () => ({
          listShards: () => process.call('list shards', false, this.stream.list),
          probe: (shard, after) => process.call('probe', false, () => this.#probe(shard, after)),
        }),
        hints: { fire: async () => this.#hint('fire'), sweep: async () => this.#hint('sweep') },
        sleep: (ms) => this.#sleep(process, ms),
        remaining: this.#remaining(),
      }),
    );
  }

  /** The process is dead: what waits in it never goes on. What it had sent may still arrive. */
  kill(process: Process): void {
    this.feeds.forget(process);
    this.adrift.push(...process.pending.splice(0).filter((call) => call.writes));
    const at = this.processes.indexOf(process);
    if (at >= 0) this.processes.splice(at, 1);
  }

  /** Everyone takes the process for dead, and it is not. */
  abandon(process: Process): void {
    this.feeds.forget(process);
    process.zombie = true;
  }

  #invoke(process: Process, work: Promise<unknown>): void {
    process.busy = true;
    const ended = () => {
      process.busy = false;
      if (process.kind !== 'window' || process.zombie) this.kill(process);
    };
    work.then(ended, (error: Error) => {
      if (!EXPECTED_ERRORS.includes(error.name)) {
        this.violations.push(new Violation('outcome', `${process.name} threw ${error.stack}`));
      }
      ended();
    });
  }

  #process(kind: string): Process {
    const { skew } = this.plan;
    const process = new Process(`${kind}-${++this.#started}`, kind, this.random.between(-skew, skew));
    this.processes.push(process);
    return process;
  }

  #consumer(shard: string): Consumer {
    const process = this.#process('window');
    const outputs: WriterOutputs = {
      setAside: (_shard, items) =>
        process.call('set aside', true, async () => {
          for (const { sequence, sub } of items) this.sink.rejected.add(`${sequence}-${sub}`);
        }),
      emitLate: (events) =>
        process.call('emit late', true, async () => {
          for (const event of events) this.sink.lateEvent(event);
        }),
      hints: { fire: async () => this.#hint('fire'), sweep: async () => this.#hint('sweep') },
      listShards: () => process.call('list shards', false, this.stream.list),
    };
    return { process, writer: new ShardWriter(this.#context(process, outputs), shard, outputs) };
  }

  #context(process: Process, outputs?: WriterOutputs): StageContext {
    const client = {
      send: (command: Command) => this.#send(process, command),
    } as unknown as DynamoDBClient;
    const { table } = this.store;
    const context = stageContext({
      client,
      table,
      pipeline: 'chaos',
      compiled: this.plan.stage.compiled,
      retention: 24 * HOUR,
      now: () => this.now + process.skew,
      maxKeys: this.plan.maxKeys,
      worthCompacting: this.plan.compacts ? () => true : undefined,
    });
    const items = new StageTable(client, table, context.name);
    return this.#sabotage.context?.(context, items, outputs) ?? context;
  }

  async #probe(shard: string, after: Position): Promise<Probe> {
    const found = await this.stream.probe(shard, after);
    return this.#sabotage.probe?.(found) ?? found;
  }

  #send(process: Process, original: Command): Promise<unknown> {
    const command = this.#sabotage.command ? this.#sabotage.command(original) : original;
    if (command === undefined) return Promise.resolve({});
    return process.call(labelOf(command), writes(command), async (page) => {
      if (page !== undefined && operationOf(command) === 'Query') {
        return this.store.request('Query', { Limit: page, ...command.input });
      }
      const operation = operationOf(command);
      if (operation === 'UpdateItem') {
        const input = { ...command.input, ReturnValues: 'ALL_NEW' };
        const { Attributes: item } = (await this.store.request(operation, input)) as {
          Attributes: Attributes;
        };
        this.observer.wrote(item);
        return {};
      }
      const answer = await this.store.send(command);
      if (operation === 'PutItem') this.observer.wrote((command.input as { Item: Attributes }).Item);
      return answer;
    });
  }

  async #emit(process: Process, results: Iterable<{ readonly event: string }>): Promise<number> {
    const events = [...results].map(({ event }) => event);
    for (let at = 0; at < events.length; at += RESULTS_PER_PUT) {
      await process.call('emit results', true, async () => {
        for (const event of events.slice(at, at + RESULTS_PER_PUT)) this.sink.result(event);
      });
    }
    return events.length;
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

  #hint(what: 'fire' | 'sweep'): void {
    if (this.hinting && this.random.chance(0.4)) this[what]();
  }
}
