import { type StageReader, stageReader } from '../results/stage-reader.ts';
import { decodeRecord, Inflation } from '../streams/decode.ts';
import { type SetAsideItem, withPartitionKeys } from '../streams/set-aside.ts';
import { BatchFold, type Rejected } from './batch-fold.ts';
import { addCounts, type Commit, type Counts, type Tail } from './commit.ts';
import { CommitSize } from './commit-size.ts';
import { compress } from './compress.ts';
import type { Hints } from './hints.ts';
import { loadShard } from './load.ts';
import { CommitConflict, CommitTooLarge } from './log.ts';
import type { OpenSlices } from './open-slices.ts';
import { compareSequence, type Position, WHOLE_RECORD } from './position.ts';
import type { ShardState } from './shard-state.ts';
import { encodeSliceIds } from './slice-ids.ts';
import type { ListShards, StageContext } from './stage-context.ts';
import { TimeKeeper } from './time-keeper.ts';

/** One record as the event source mapping delivers it. */
export interface SourceRecord {
  readonly sequence: string;
  /** Arrival at the stream, epoch milliseconds. */
  readonly arrival: number;
  /** Base64: decoded only if the record is not consumed yet. */
  readonly data: string;
  /** As the producer gave it. */
  readonly partitionKey?: string;
}

/** What a commit has added. */
export interface CommittedCounts extends Counts {
  /** Of the accepted: counted in some of their windows only. */
  readonly partlyLate: number;
}

/** Where a writer puts what is not state. Both must be idempotent: a repetition of a batch repeats them. */
export interface WriterOutputs {
  /** Stores what could not be processed. */
  setAside(
    shard: string,
    rejected: readonly (Rejected & Pick<SetAsideItem, 'partitionKey'>)[],
  ): Promise<void>;
  /** Emits events that came too late for their windows, and notices of those that did for some: each a CloudEvents JSON event. */
  emitLate(events: readonly string[]): Promise<void>;
  readonly hints: Hints;
  readonly listShards: ListShards;
  /** Told what each commit has added to the counts, once it is written, and when the last heartbeat in it was sent. */
  committed?(counts: CommittedCounts, heartbeat: number | undefined): void;
}

/** A tail cached longer than this is read again, so that no assumption of a warm container lives for ever. */
const MAX_STATE_AGE_MS = 180_000;
const MAX_CONFLICTS = 8;

/**
 * Writes the commit log of one shard for one stage: see `docs/architecture.md`. There should be one writer per shard at a
 * time; if there are two, the condition on the commit lets only one of them go on.
 */
export class ShardWriter {
  readonly #context: StageContext;
  readonly #shard: string;
  readonly #outputs: WriterOutputs;
  readonly #time: TimeKeeper;
  readonly #reader: StageReader;
  #state: ShardState | undefined;

  constructor(context: StageContext, shard: string, outputs: WriterOutputs) {
    this.#context = context;
    this.#shard = shard;
    this.#outputs = outputs;
    this.#reader = stageReader(context.compiled.stage.from);
    this.#time = new TimeKeeper(context, outputs.hints);
  }

  /**
   * Counts the records that are not counted yet, in commits that each fit an item. When it returns, everything is done and
   * nothing is pending; when it throws, the same records must be given again, and those that were committed are skipped.
   */
  async process(records: readonly SourceRecord[]): Promise<void> {
    const size = new CommitSize();
    let conflicts = 0;
    for (let next = 0; next < records.length; ) {
      let behind: Position | undefined;
      try {
        const state = await this.#ready();
        behind = state.tail.position;
        const batch = fold(this.#context, state, this.#reader, records, next, size);
        if (batch.fold.position !== behind) size.written(await this.#commit(state, batch.fold, records));
        // It holds the id of an event that was not counted, and may come again, mended.
        if (batch.fold.rejectedById) this.#state = undefined;
        next = batch.next;
      } catch (error) {
        // Whatever happened, what is cached may be wrong: an attempt that seems to have failed may have been written.
        this.#state = undefined;
        if (error instanceof CommitTooLarge && behind !== undefined && size.refused(behind, error)) continue;
        if (!(error instanceof CommitConflict) || ++conflicts > MAX_CONFLICTS) throw error;
      }
    }
  }

  async #ready(): Promise<ShardState> {
    const { now } = this.#context;
    if (this.#state !== undefined && now() - this.#state.loadedAt < MAX_STATE_AGE_MS) return this.#state;
    const { state, head } = await loadShard(this.#context, this.#shard, this.#outputs.listShards);
    if (head < state.tail.lastBatch) await this.#repeatActions(state, head);
    this.#state = state;
    return state;
  }

  /** The head says whose actions are done. What was committed beyond it may not have been acted on. */
  async #repeatActions(state: ShardState, head: number): Promise<void> {
    for await (const commit of this.#context.log.range(this.#shard, head + 1, state.tail.lastBatch)) {
      if (commit.late.length > 0) await this.#outputs.emitLate(commit.late);
    }
    await this.#outputs.hints.fire(this.#context.name);
    await this.#context.heads.advance(this.#shard, state.tail, { now: this.#context.now(), fed: true });
  }

  /** @returns how many bytes of it the batch is responsible for */
  async #commit(state: ShardState, batch: BatchFold, records: readonly SourceRecord[]): Promise<number> {
    if (batch.rejected.length > 0) {
      await this.#outputs.setAside(this.#shard, withPartitionKeys(batch.rejected, records));
    }
    state.prune();
    const commit = toCommit(this.#context, state, batch);
    await this.#context.log.append(this.#shard, commit);
    state.tail = commit.tail;
    const { length: partlyLate } = batch.partlyLate;
    this.#outputs.committed?.({ ...countsOf(batch), partlyLate }, batch.heartbeat);
    if (commit.late.length > 0) await this.#outputs.emitLate(commit.late);
    await this.#context.heads.advance(this.#shard, commit.tail, { now: this.#context.now(), fed: batch.fed });
    await this.#time.afterCommit(state, batch.delta.slices());
    return (commit.delta?.length ?? 0) + (commit.ids?.length ?? 0);
  }
}

/** Folds records from `next` on into one commit's worth. */
function fold(
  context: StageContext,
  state: ShardState,
  { types, reading }: StageReader,
  records: readonly SourceRecord[],
  next: number,
  size: CommitSize,
): { fold: BatchFold; next: number } {
  const { position } = state.tail;
  const batch = new BatchFold(context.compiled, state, size.events, size.tooLargeBehind(position));
  const visitor = reading(batch);
  const scratch = new Base64Scratch();
  const inflation = new Inflation();
  const { onInflated } = inflation;
  const options = { types, onInflated, hashRange: state.hashRange && toRange(state.hashRange) };
  let at = next;
  for (; at < records.length; at++) {
    const record = records[at] as SourceRecord;
    const order = compareSequence(record.sequence, position.sequence);
    if (order < 0 || (order === 0 && position.sub === WHOLE_RECORD)) continue;
    batch.begin(record.sequence, record.arrival, order === 0 ? position.sub : -1);
    decodeRecord(scratch.decode(record.data), visitor, options);
    batch.end();
    if (batch.full || inflation.isEnough) break;
  }
  return { fold: batch, next: at };
}

/** Decodes records into the same memory, one after the other: a buffer for each would cost a fortieth of a batch's time. */
class Base64Scratch {
  #bytes = Buffer.allocUnsafeSlow(64 * 1024);

  /** The bytes are valid until the next call. */
  decode(text: string): Buffer {
    if (text.length > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(text.length * 2);
    return this.#bytes.subarray(0, this.#bytes.write(text, 'base64'));
  }
}

const toRange = ([start, end]: readonly [string, string]) => ({ start: BigInt(start), end: BigInt(end) });

function toCommit(context: StageContext, state: ShardState, batch: BatchFold): Commit {
  const n = state.tail.n + 1;
  const counted = batch.accepted > 0;
  const tail: Tail = {
    n,
    lastBatch: n,
    position: batch.position,
    w: state.w,
    open: touched(state.tail.open, batch.delta.slices(), n),
    maxEventTime: batch.maxEventTime,
    arrival: batch.arrival,
    counts: addCounts(state.tail.counts, countsOf(batch)),
    ancestors: state.tail.ancestors,
  };
  return {
    tail,
    from: state.tail.position,
    delta: counted ? compress(batch.delta.encode()) : undefined,
    ids: counted ? encodeSliceIds(batch.ids) : undefined,
    late: batch.partlyLate.length === 0 ? batch.late : [...batch.late, ...batch.partlyLate],
    writtenAt: context.now(),
    expiresAt: context.logExpiry(),
  };
}

function touched(open: OpenSlices, slices: readonly number[], n: number): OpenSlices {
  const result = new Map(open);
  for (const slice of slices) result.set(slice, [open.get(slice)?.[0] ?? n, n]);
  return result;
}

const countsOf = ({ accepted, duplicate, late, rejected }: BatchFold): Counts => ({
  accepted,
  duplicate,
  late: late.length,
  rejected: rejected.length,
});
