import {
  type KinesisClient,
  PutRecordsCommand,
  type PutRecordsCommandOutput,
  type PutRecordsResultEntry,
} from '@aws-sdk/client-kinesis';
import { backoffDelay, withTimeout } from '../runtime/backoff.ts';
import { classifyFault, faultCode, faultMessage } from '../runtime/faults.ts';
import { compareSequence } from '../state/position.ts';
import type { LaneRecord } from './lane-record.ts';
import { OrderQueue, recordBytes } from './order-queue.ts';
import type { PutOptions } from './put.ts';
import { PUT_CODES, type PutFailure, type PutOutcome } from './put-outcome.ts';
import { MAX_RECORD_BYTES } from './record-limit.ts';

/**
 * A request may have 500 records and, since October 2025, 10 MiB; half of that is what older endpoints and emulators
 * take, and a smaller request is less to repeat.
 *
 * @see https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
export const REQUEST_LIMITS = { records: 500, bytes: 5 * 1024 * 1024 } as const;

type Reason = Pick<PutFailure, 'code' | 'message'>;

const LOST_ANSWER: Reason = { code: 'IncompleteAnswer', message: 'the answer did not cover every record' };

/** One call of `putOrdered`: workers that take what may be sent from a common queue until nothing is left. */
export class PutRun {
  readonly #client: KinesisClient;
  readonly #stream: string;
  readonly #records: readonly LaneRecord[];
  readonly #options: PutOptions;
  readonly #queue: OrderQueue;
  readonly #deadline: number;
  readonly #stored: Uint8Array;
  readonly #attempts: Uint16Array;
  readonly #reached = new Map<string, string>();
  readonly #reasons = new Map<number, Reason>();
  readonly #waiting = new Set<() => void>();
  #requests = 0;
  #retried = 0;
  #fatal: unknown;

  constructor(client: KinesisClient, stream: string, records: readonly LaneRecord[], options: PutOptions) {
    this.#client = client;
    this.#stream = stream;
    this.#records = records;
    this.#options = options;
    this.#queue = new OrderQueue(records);
    this.#deadline = Date.now() + options.budget;
    this.#stored = new Uint8Array(records.length);
    this.#attempts = new Uint16Array(records.length);
  }

  async run(): Promise<PutOutcome> {
    await Promise.all(Array.from({ length: this.#options.parallel }, () => this.#work()));
    return this.#outcome();
  }

  async #work(): Promise<void> {
    while (!this.#queue.finished && this.#fatal === undefined) {
      const now = Date.now();
      if (now >= this.#deadline) return;
      const taken = this.#queue.take(now, REQUEST_LIMITS);
      const batch = taken.filter((index) => this.#fits(index));
      if (batch.length > 0) await this.#send(batch);
      if (taken.length > 0) this.#notify();
      else await this.#change(now);
    }
  }

  #fits(index: number): boolean {
    const bytes = recordBytes(this.#records[index] as LaneRecord);
    if (bytes <= MAX_RECORD_BYTES) return true;
    const message = `${bytes} bytes, over the limit of ${MAX_RECORD_BYTES}`;
    this.#reasons.set(index, { code: PUT_CODES.tooLarge, message });
    this.#queue.advance(index);
    return false;
  }

  async #send(batch: number[]): Promise<void> {
    this.#requests++;
    for (const index of batch) {
      const attempt = (this.#attempts[index] as number) + 1;
      this.#attempts[index] = attempt;
      if (attempt > 1) this.#retried++;
    }
    try {
      const answer = await this.#request(batch);
      this.#assess(batch, answer.Records ?? []);
    } catch (error) {
      if (classifyFault(error) === 'final') this.#fatal ??= error;
      const reason = { code: faultCode(error), message: faultMessage(error) };
      this.#retry(batch.map((index) => [index, reason]));
    }
  }

  #request(batch: readonly number[]): Promise<PutRecordsCommandOutput> {
    const command = new PutRecordsCommand({
      StreamName: this.#stream,
      Records: batch.map((index) => {
        const { partitionKey, explicitHashKey, data } = this.#records[index] as LaneRecord;
        return { PartitionKey: partitionKey, ExplicitHashKey: explicitHashKey, Data: data };
      }),
    });
    return withTimeout(this.#options.requestTimeout, (abortSignal) =>
      this.#client.send(command, { abortSignal }),
    );
  }

  /** Answers are in the order of the records. Only a sequence number proves that a record is stored. */
  #assess(batch: readonly number[], answers: readonly PutRecordsResultEntry[]): void {
    const failed: [number, Reason][] = [];
    for (const [at, index] of batch.entries()) {
      const { SequenceNumber, ShardId = '', ErrorCode, ErrorMessage } = answers[at] ?? {};
      if (SequenceNumber !== undefined && ErrorCode === undefined) {
        this.#stored[index] = 1;
        if (compareSequence(SequenceNumber, this.#reached.get(ShardId) ?? '') > 0)
          this.#reached.set(ShardId, SequenceNumber);
        this.#queue.advance(index);
      } else if (ErrorCode !== undefined) {
        failed.push([index, { code: ErrorCode, message: ErrorMessage ?? '' }]);
      } else failed.push([index, LOST_ANSWER]);
    }
    this.#retry(failed);
  }

  /** One wait for all that failed together, so that they go together again. */
  #retry(failed: readonly (readonly [number, Reason])[]): void {
    const again: number[] = [];
    let attempt = 1;
    for (const [index, reason] of failed) {
      this.#reasons.set(index, reason);
      const attempts = this.#attempts[index] as number;
      if (this.#fatal !== undefined || attempts >= this.#options.attempts) this.#queue.giveUp();
      else {
        attempt = Math.max(attempt, attempts);
        again.push(index);
      }
    }
    this.#queue.delay(again, Date.now() + backoffDelay(attempt, this.#options.backoff));
  }

  /** Waits until another worker got an answer or a delayed record is due. */
  #change(now: number): Promise<void> {
    return new Promise((resolve) => {
      const until = Math.min(this.#queue.nextDue, this.#deadline);
      const timer = setTimeout(() => wake(), Math.ceil(until - now));
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
    });
  }

  #notify(): void {
    for (const wake of this.#waiting) wake();
  }

  #outcome(): PutOutcome {
    const failed: PutFailure[] = [];
    for (let index = 0; index < this.#records.length; index++) {
      if (this.#stored[index] === 1) continue;
      const reason = this.#reasons.get(index) ?? this.#notSent();
      failed.push({ index, ...reason, sent: (this.#attempts[index] as number) > 0 });
    }
    const stored = this.#records.length - failed.length;
    return {
      stored,
      reached: this.#reached,
      failed,
      requests: this.#requests,
      retried: this.#retried,
      fatal: this.#fatal,
    };
  }

  #notSent(): Reason {
    const message = 'not tried: a record before it in its order failed, or time ran out';
    return { code: PUT_CODES.notSent, message };
  }
}
