import { toCloudEvent } from '../events/cloudevents.ts';
import { EventHash } from '../events/hash.ts';
import { HEARTBEAT_TYPE, laterHeartbeat } from '../events/heartbeat.ts';
import { isPlausible } from '../events/trust.ts';
import type { EventVisitor, StreamEvent } from '../events/types.ts';
import { compileValidator, type Validator } from '../events/validator.ts';
import { AggregateFunctionError, MissingFieldError } from '../windows/errors.ts';
import { IdList } from '../windows/id-set.ts';
import type { Delta } from '../windows/types.ts';
import type { CompiledStage } from './compiled-stage.ts';
import { type Position, WHOLE_RECORD } from './position.ts';
import type { ShardState, SliceState } from './shard-state.ts';

/** Something of a record that could not be processed: where it was, why, and its bytes. */
export interface Rejected {
  readonly sequence: string;
  readonly sub: number;
  readonly arrival: number;
  readonly code: 'undecodable' | 'invalid' | 'future' | 'key' | 'too-large' | 'late-too-large' | 'function';
  readonly reason: string;
  readonly bytes: Uint8Array;
}

/** Results are stored under their key, whose bytes DynamoDB limits to 2048 with the stage's name. */
const MAX_KEY_LENGTH = 512;
/** The key of a stage with one group for all events. */
const ALL = 'all';
/** A notice of an event must fit a record: ingestion takes far less. */
const MAX_NAMES_LENGTH = 50_000;
/** A late event travels inside the commit; one too large for that is set aside instead. */
const MAX_LATE_BYTES = 100_000;

/**
 * Folds the events of consecutive records into one delta: drops what was counted before, tells the late from the timely,
 * sets bad ones aside. One object per commit.
 */
export class BatchFold implements EventVisitor {
  readonly delta: Delta;
  readonly ids = new Map<number, IdList>();
  readonly late: string[] = [];
  /** What was counted in some of its windows only, since others were closed: without data, see {@link partlyLate}. */
  readonly partlyLate: string[] = [];
  readonly rejected: Rejected[] = [];
  accepted = 0;
  duplicate = 0;
  maxEventTime: number;
  /** Something was for this stage, or may have been: it cannot be decoded. */
  fed = false;
  /** When the last heartbeat among the events was sent, epoch milliseconds: like all other types' it says nothing of event time. */
  heartbeat: number | undefined;
  /** The limit of events was reached: what follows belongs to the next commit. */
  full = false;
  position: Position;
  arrival: number;

  readonly #compiled: CompiledStage;
  readonly #validate: Validator;
  readonly #type: string;
  /** The field that is the key, unless there is one group for all. */
  readonly #keyField: string | undefined;
  readonly #maxAhead: number;
  readonly #state: ShardState;
  readonly #w: number;
  readonly #limit: number;
  readonly #tooLargeToCount: string | undefined;
  readonly #hash = new EventHash();
  #sequence = '';
  #arrivalOfRecord = 0;
  #skip = -1;
  #items = 0;
  #slice: SliceState | undefined;
  #sliceEnd = Number.NEGATIVE_INFINITY;
  #sliceIds = new IdList();
  /** Ids of events that were set aside although they are noted among the ids of their slice in memory. */
  readonly #notCounted = new Set<string>();

  /**
   * @param limit - items at most
   * @param tooLarge - why what would be counted is set aside instead: no commit can hold it
   */
  constructor(compiled: CompiledStage, state: ShardState, limit: number, tooLarge?: string) {
    this.#compiled = compiled;
    this.#validate = compileValidator(compiled.stage.input);
    this.#type = compiled.stage.input.name;
    const { key } = compiled.stage;
    this.#keyField = typeof key === 'string' ? key : undefined;
    this.#maxAhead = compiled.stage.input.maxAhead;
    this.#state = state;
    this.#w = state.w;
    this.#limit = limit;
    this.#tooLargeToCount = tooLarge;
    this.delta = compiled.plan.createDelta();
    this.maxEventTime = state.tail.maxEventTime;
    this.position = state.tail.position;
    this.arrival = state.tail.arrival;
  }

  /** An event was rejected when its id had been noted among those in memory already. */
  get rejectedById(): boolean {
    return this.#notCounted.size > 0;
  }

  /** Begins a record of which the items up to `skip` are consumed (-1: none are). */
  begin(sequence: string, arrival: number, skip: number): void {
    this.#sequence = sequence;
    this.#skip = skip;
    this.arrival = Math.max(this.arrival, arrival);
    this.#arrivalOfRecord = arrival;
  }

  /** Ends a record: unless the fold became full inside it, it is consumed as a whole. */
  end(): void {
    if (!this.full) this.position = { sequence: this.#sequence, sub: WHOLE_RECORD };
  }

  event(
    sub: number,
    type: string,
    source: string,
    id: string,
    time: number,
    key: string,
    data: unknown,
    trusted: boolean,
    extra?: Readonly<Record<string, unknown>>,
  ): void {
    if (sub <= this.#skip || !this.#take(sub)) return;
    if (type !== this.#type) {
      if (type === HEARTBEAT_TYPE) this.heartbeat = laterHeartbeat(this.heartbeat, time);
      return;
    }
    this.fed = true;
    const reason =
      lengthProblem(id, source, key) ??
      (trusted && isPlausible(data, this.#keyField) ? undefined : this.#problemOf(data));
    if (reason !== undefined) {
      this.#reject(sub, 'invalid', reason, bytesOf({ type, source, id, time, key, data, extra }));
      return;
    }
    if (time - this.#arrivalOfRecord > this.#maxAhead) {
      const reason = `time ${new Date(time).toISOString()} is more than ${this.#maxAhead} ms ahead of its arrival`;
      this.#reject(sub, 'future', reason, bytesOf({ type, source, id, time, key, data, extra }));
      return;
    }
    const fields = data as Record<string, unknown>;
    const stageKey = this.#keyField === undefined ? ALL : String(fields[this.#keyField]);
    if (stageKey.length > MAX_KEY_LENGTH) {
      const reason = `${this.#keyField} is ${stageKey.length} characters long, over ${MAX_KEY_LENGTH}`;
      this.#reject(sub, 'key', reason, bytesOf({ type, source, id, time, key, data, extra }));
      return;
    }
    const slice = this.#sliceOf(time);
    this.#hash.compute(source, id);
    // De-duplication before lateness: a repetition of an event that was counted in time is not a late event.
    if (slice.closesAt <= this.#w) {
      if (slice.closesAt === Number.NEGATIVE_INFINITY) {
        // Between two windows: nothing to count and nothing to be late for, but time has reached it.
        if (time > this.maxEventTime) this.maxEventTime = time;
        return;
      }
      if (slice.ids.has(this.#hash.hi, this.#hash.lo)) this.duplicate++;
      else this.#tooLate(sub, { type, source, id, time, key, data, extra });
      return;
    }
    if (!slice.ids.add(this.#hash.hi, this.#hash.lo) && !this.#mayComeAgain(slice)) {
      this.duplicate++;
      return;
    }
    const failure = this.#count(slice.slice, stageKey, fields, time);
    if (failure !== undefined) {
      this.#notCounted.add(this.#idIn(slice));
      const { code, reason } = failure;
      this.#reject(sub, code, reason, bytesOf({ type, source, id, time, key, data, extra }));
      return;
    }
    this.#sliceIds.add(this.#hash.hi, this.#hash.lo);
    this.accepted++;
    if (slice.firstClosesAt <= this.#w) this.#noteMissed(sub, { type, source, id, time, key, data });
    if (time > this.maxEventTime) this.maxEventTime = time;
  }

  #problemOf(data: unknown): string | undefined {
    return this.#validate(data)
      ?.map((problem) => problem.reason)
      .join('; ');
  }

  undecodable(sub: number, reason: string, bytes: Uint8Array): void {
    if (sub <= this.#skip || !this.#take(sub)) return;
    this.fed = true;
    // A copy: the memory of a record is used for the next one.
    this.#reject(sub, 'undecodable', reason, Buffer.from(bytes));
  }

  /**
   * Adds an event to the delta, whole or not at all, or says why it cannot be: a batch that says it was validated, and was not, or a user's
   * function that fails, or an event that no commit can hold. One such event must not block its shard.
   */
  #count(
    slice: number,
    key: string,
    fields: Readonly<Record<string, unknown>>,
    time: number,
  ): Pick<Rejected, 'code' | 'reason'> | undefined {
    if (this.#tooLargeToCount !== undefined) return { code: 'too-large', reason: this.#tooLargeToCount };
    try {
      this.delta.add(slice, key, fields, time);
      return undefined;
    } catch (error) {
      if (error instanceof MissingFieldError) return { code: 'invalid', reason: error.message };
      if (!(error instanceof AggregateFunctionError)) throw error;
      return { code: 'function', reason: `stage "${this.#compiled.stage.name}": ${error.message}` };
    }
  }

  /** Whether the event at hand was set aside in this fold: then this is no repetition, and may be counted. */
  #mayComeAgain(slice: SliceState): boolean {
    return this.#notCounted.size > 0 && this.#notCounted.delete(this.#idIn(slice));
  }

  #idIn({ slice }: SliceState): string {
    return `${slice} ${this.#hash.hi} ${this.#hash.lo}`;
  }

  /** Counts an item in, or finds the fold full: then this and all that follow are left for the next commit. */
  #take(sub: number): boolean {
    if (this.full) return false;
    if (this.#items === this.#limit) {
      this.full = true;
      // Nothing of the record before `sub` is left out, so the position is exact even inside an aggregated record.
      if (sub > 0) this.position = { sequence: this.#sequence, sub: sub - 1 };
      return false;
    }
    this.#items++;
    return true;
  }

  #sliceOf(time: number): SliceState {
    let state = this.#slice;
    if (state === undefined || time < state.slice || time >= this.#sliceEnd) {
      const start = this.#compiled.plan.windows.sliceOf(time);
      state = this.#state.slice(start);
      this.#slice = state;
      this.#sliceEnd = this.#compiled.plan.windows.sliceEnd(start);
      let ids = this.ids.get(start);
      if (ids === undefined) {
        ids = new IdList();
        this.ids.set(start, ids);
      }
      this.#sliceIds = ids;
    }
    return state;
  }

  #tooLate(sub: number, event: StreamEvent): void {
    const json = jsonOf({ ...event, extra: { ...event.extra, ...this.#place(sub) } });
    if (json.length > MAX_LATE_BYTES || this.#tooLargeToCount !== undefined) {
      this.#reject(
        sub,
        'late-too-large',
        'too late for its windows and too large for the late output',
        Buffer.from(json),
      );
    } else this.late.push(json);
  }

  /** Windows overlap: some of the event's were closed, and it is not in them, although the others have it. */
  #noteMissed(sub: number, { source, id, time, key }: StreamEvent): void {
    const extra = {
      ...this.#place(sub),
      millracereason: 'partly-late',
      millracewatermark: new Date(this.#w).toISOString(),
    };
    this.partlyLate.push(
      jsonOf({ type: `${this.#compiled.stage.name}.partly-late`, source, id, time, key, data: null, extra }),
    );
  }

  /** Where in the stage's input an item is: by which a repetition of its notice is told from another item. */
  #place(sub: number): Readonly<Record<string, unknown>> {
    return { millracesequence: this.#sequence, millracesub: sub };
  }

  #reject(sub: number, code: Rejected['code'], reason: string, bytes: Uint8Array): void {
    this.rejected.push({
      sequence: this.#sequence,
      sub,
      arrival: this.#arrivalOfRecord,
      code,
      reason,
      bytes,
    });
  }
}

const lengthProblem = (id: string, source: string, key: string): string | undefined => {
  const length = id.length + source.length + key.length;
  return length <= MAX_NAMES_LENGTH
    ? undefined
    : `id, source and key have ${length} characters together, over ${MAX_NAMES_LENGTH}`;
};

const jsonOf = ({ type, source, id, time, key, data, extra }: StreamEvent): string =>
  JSON.stringify(toCloudEvent(type, source, id, time, key, data, extra));

const bytesOf = (event: StreamEvent): Uint8Array => Buffer.from(jsonOf(event));
