import { type Item, number, readNumber } from './attributes.ts';
import { CLOCK_SK, headsPk } from './keys.ts';
import type { StageTable } from './stage-table.ts';

/** A stage's time. Each of the three only moves forward. */
export interface Clock {
  /** Event time up to which the data alone says that the input is complete: decides lateness and closing. */
  readonly watermark: number;
  /** Up to here windows fire: the watermark, or further while the whole stream is silent. */
  readonly firesUpTo: number;
  /** Every window with end + allowed lateness at or before this is final: nothing can be added to it. */
  readonly closedUpTo: number;
}

const UNKNOWN: Clock = {
  watermark: Number.NEGATIVE_INFINITY,
  firesUpTo: Number.NEGATIVE_INFINITY,
  closedUpTo: Number.NEGATIVE_INFINITY,
};

export function readClock(item: Item): Clock {
  const watermark = readNumber(item, 'watermark', UNKNOWN.watermark);
  return {
    watermark,
    firesUpTo: Math.max(watermark, readNumber(item, 'firesUpTo', UNKNOWN.firesUpTo)),
    closedUpTo: readNumber(item, 'closedUpTo', UNKNOWN.closedUpTo),
  };
}

/** The clock of a stage: one item, moved forward by conditional update before anyone acts on it. */
export class StageClock {
  readonly #items: StageTable;

  constructor(items: StageTable) {
    this.#items = items;
  }

  /** `undefined` until the sweeper has registered the stream's shards for the first time. */
  async read(): Promise<Clock | undefined> {
    const item = await this.#items.get(headsPk(this.#items.stage), CLOCK_SK);
    return item && readClock(item);
  }

  /** Starts the clock. Only the sweeper does, after it has registered every shard that the stream shows. */
  async start(): Promise<void> {
    await this.#items.update(headsPk(this.#items.stage), CLOCK_SK, {
      UpdateExpression: 'SET startedAt = if_not_exists(startedAt, :now)',
      ExpressionAttributeValues: { ':now': number(Date.now()) },
    });
  }

  /**
   * Moves one of the clock's hands forward; a hand that is further on already stays.
   *
   * @returns whether it moved
   */
  async forward(hand: keyof Clock, to: number): Promise<boolean> {
    if (!Number.isFinite(to)) return false;
    return this.#items.update(headsPk(this.#items.stage), CLOCK_SK, {
      UpdateExpression: 'SET #hand = :to',
      // Before the clock is started, shards may be unregistered and time unknown: then nobody may move it.
      ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(#hand) OR #hand < :to)',
      ExpressionAttributeNames: { '#hand': hand },
      ExpressionAttributeValues: { ':to': number(to) },
    });
  }
}
