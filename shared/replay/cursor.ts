import type { LandedRecord } from './landed-rows.ts';

/** A record with the arrival by which it is replayed: that of a record before it, where that is later. */
export interface TimedRecord extends LandedRecord {
  readonly shard: string;
}

/** Reads the records of one shard one by one, looking one ahead. Arrivals never fall, although those of Kinesis may, a little. */
export class ShardCursor {
  readonly shard: string;
  readonly #records: AsyncIterator<LandedRecord>;
  #next: TimedRecord | undefined;
  #arrival = Number.NEGATIVE_INFINITY;

  private constructor(shard: string, records: AsyncIterator<LandedRecord>) {
    this.shard = shard;
    this.#records = records;
  }

  static async open(shard: string, records: AsyncIterable<LandedRecord>): Promise<ShardCursor> {
    const cursor = new ShardCursor(shard, records[Symbol.asyncIterator]());
    await cursor.#advance();
    return cursor;
  }

  /** The record that comes next; `undefined` at the end. */
  get next(): TimedRecord | undefined {
    return this.#next;
  }

  async take(): Promise<TimedRecord | undefined> {
    const taken = this.#next;
    await this.#advance();
    return taken;
  }

  async #advance(): Promise<void> {
    const { done, value } = await this.#records.next();
    if (done === true) {
      this.#next = undefined;
      return;
    }
    this.#arrival = Math.max(this.#arrival, value.arrival);
    this.#next = { ...value, arrival: this.#arrival, shard: this.shard };
  }
}
