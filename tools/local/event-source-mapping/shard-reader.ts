import { type AwsJsonClient, AwsJsonError } from '../aws-json.ts';
import type { KinesisRecord } from './record.ts';

/** Kinesis gives no more records at once. */
const MAX_RECORDS = 10_000;
/** About an invocation's worth. The emulator, unlike Kinesis, has no limit of bytes of its own. */
const TARGET_BYTES = 6 * 1024 * 1024;
const FIRST_LIMIT = 100;

export interface ReadResult {
  readonly records: readonly KinesisRecord[];
  /** There may be more to read right now. */
  readonly more: boolean;
  /** The shard is closed and everything has been read. */
  readonly ended: boolean;
}

interface GetRecordsOutput {
  readonly Records: readonly KinesisRecord[];
  readonly NextShardIterator?: string;
}

/** Reads one shard forward, from a position on. */
export class ShardReader {
  readonly #client: AwsJsonClient;
  readonly #stream: string;
  readonly #shard: string;
  /** The last sequence number read, `undefined` at the beginning. */
  #position: string | undefined;
  #iterator: string | undefined;
  #limit = FIRST_LIMIT;

  constructor(client: AwsJsonClient, stream: string, shard: string, after: string | undefined) {
    this.#client = client;
    this.#stream = stream;
    this.#shard = shard;
    this.#position = after;
  }

  /** @throws AwsJsonError, or Error when the emulator cannot be reached; reading can go on after either */
  async read(): Promise<ReadResult> {
    this.#iterator ??= await this.#newIterator();
    const input = { ShardIterator: this.#iterator, Limit: this.#limit };
    let output: GetRecordsOutput;
    try {
      output = await this.#client.call<GetRecordsOutput>('GetRecords', input);
    } catch (error) {
      // Iterators expire while a batch is retried for minutes; a new one goes on from the position.
      this.#iterator = undefined;
      if (error instanceof AwsJsonError && error.type === 'ExpiredIteratorException') return this.read();
      throw error;
    }
    const { Records: records, NextShardIterator } = output;
    const more = records.length === this.#limit;
    this.#iterator = NextShardIterator;
    this.#position = records.at(-1)?.SequenceNumber ?? this.#position;
    this.#adapt(records);
    return { records, more, ended: NextShardIterator === undefined };
  }

  /** Asks for as many records as make up an invocation, judging by the last ones; grows carefully. */
  #adapt(records: readonly KinesisRecord[]): void {
    if (records.length === 0) return;
    const bytes = records.reduce((sum, { Data }) => sum + Data.length, 0);
    const fitting = Math.floor(TARGET_BYTES / Math.max(1, bytes / records.length));
    this.#limit = Math.max(1, Math.min(fitting, this.#limit * 8, MAX_RECORDS));
  }

  async #newIterator(): Promise<string> {
    const base = { StreamName: this.#stream, ShardId: this.#shard };
    const input =
      this.#position === undefined
        ? { ...base, ShardIteratorType: 'TRIM_HORIZON' }
        : { ...base, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: this.#position };
    const { ShardIterator } = await this.#client.call<{ ShardIterator: string }>('GetShardIterator', input);
    return ShardIterator;
  }
}
