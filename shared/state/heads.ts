import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import {
  compactItem,
  finite,
  type Item,
  number,
  readNumber,
  readText,
  readTexts,
  text,
} from './attributes.ts';
import { type Clock, readClock } from './clock.ts';
import { type Counts, countsAttribute, NO_COUNTS, readCounts, type Tail } from './commit.ts';
import { CLOCK_SK, headsPk } from './keys.ts';
import { type Mark, marksAttribute, readMarks } from './marks.ts';
import { formatPosition, type Position, parsePosition, START } from './position.ts';
import type { StageTable } from './stage-table.ts';

/** A shard as the stream describes it. */
export interface ShardInfo {
  readonly shard: string;
  readonly parents: readonly string[];
  /** Inclusive range of hash keys that the shard takes, as decimal text. */
  readonly hashRange: readonly [start: string, end: string];
}

/** How far a shard's consumer is: the actions of all commits up to `n` are done. */
export interface Head {
  readonly shard: string;
  /** 0 where the shard is registered but nothing of it has been committed. */
  readonly n: number;
  readonly position: Position;
  readonly maxEventTime: number;
  readonly arrival: number;
  readonly updatedAt: number;
  /** When a batch last held something for the stage: a stream may go on with events of other types only. */
  readonly fedAt: number;
  readonly counts: Counts;
  readonly ancestors: readonly string[];
  readonly hashRange?: readonly [start: string, end: string];
  /** The sweeper proved at this `n` that nothing was left to read. */
  readonly idleAt?: number;
  /** Closed, consumed, and all of its children are registered: it no longer holds time back. */
  readonly retired: boolean;
  /** Of a filter stage: by what its readers tell the time, newest first. */
  readonly marks?: readonly Mark[];
}

/** What a head says besides what was committed. */
export interface Advance {
  /** The wall clock, epoch milliseconds. */
  readonly now: number;
  /** Whether the batch held something for the stage, or may have. */
  readonly fed: boolean;
  /** Of a filter stage. */
  readonly marks?: readonly Mark[];
}

/** Everything that one consistent query tells about a stage's progress. */
export interface StageProgress {
  readonly clock: Clock | undefined;
  readonly heads: readonly Head[];
}

/** The heads of a stage, one per shard. */
export class Heads {
  readonly #items: StageTable;

  constructor(items: StageTable) {
    this.#items = items;
  }

  /** All heads in the order of their shard ids, and the stage's clock. */
  async read(): Promise<StageProgress> {
    const heads: Head[] = [];
    let clock: Clock | undefined;
    for await (const item of this.#items.query(headsPk(this.#items.stage))) {
      if (item.sk?.S === CLOCK_SK) clock = readClock(item);
      else heads.push(readHead(item));
    }
    return { clock, heads };
  }

  /** One shard's head, `undefined` where there is none. */
  async one(shard: string): Promise<Head | undefined> {
    const item = await this.#items.get(headsPk(this.#items.stage), shard);
    return item && readHead(item);
  }

  /** Makes a shard known with a head at n = 0, which holds time back until the shard is seen or proved empty. */
  async register(info: ShardInfo, ancestors: readonly string[], now: number): Promise<void> {
    await this.#update(info.shard, {
      UpdateExpression:
        'SET n = if_not_exists(n, :zero), updatedAt = if_not_exists(updatedAt, :now), ' +
        'fedAt = if_not_exists(fedAt, :now), ' +
        'ancestors = if_not_exists(ancestors, :ancestors), hashRange = :range',
      ExpressionAttributeValues: {
        ':zero': number(0),
        ':now': number(now),
        ':ancestors': { L: ancestors.map(text) },
        ':range': { L: info.hashRange.map(text) },
      },
    });
  }

  /**
   * Says that the actions of all commits up to the tail are done. A zombie must not move a head back, so the head only
   * rises; a failed condition means that another writer is further on, which is as good to one that has committed before.
   *
   * @returns whether it was this tail that moved it
   */
  async advance(
    shard: string,
    tail: Omit<Tail, 'lastBatch' | 'w' | 'open'>,
    { now, fed, marks }: Advance,
  ): Promise<boolean> {
    const values = compactItem({
      n: number(tail.n),
      position: text(formatPosition(tail.position)),
      maxEventTime: finite(tail.maxEventTime),
      arrival: finite(tail.arrival),
      updatedAt: number(now),
      fedAt: fed ? number(now) : undefined,
      counts: countsAttribute(tail.counts),
      ancestors: { L: tail.ancestors.map(text) },
      marks: marks && marksAttribute(marks),
    });
    const names = Object.keys(values);
    return this.#update(shard, {
      UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
      ConditionExpression: 'attribute_not_exists(pk) OR #n < :n',
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: Object.fromEntries(
        Object.entries(values).map(([name, value]) => [`:${name}`, value]),
      ),
    });
  }

  /** Records that the shard had nothing to read at commit `n`: what a person sees as idle. */
  async markIdle(shard: string, n: number): Promise<void> {
    await this.#update(shard, {
      UpdateExpression: 'SET idleAt = :n',
      ConditionExpression: 'n = :n',
      ExpressionAttributeValues: { ':n': number(n) },
    });
  }

  /** Takes a consumed parent out of the stage's time, unless its head has moved meanwhile. */
  async retire(shard: string, n: number): Promise<void> {
    await this.#update(shard, {
      UpdateExpression: 'SET retired = :yes',
      ConditionExpression: 'n = :n',
      ExpressionAttributeValues: { ':n': number(n), ':yes': { BOOL: true } },
    });
  }

  async #update(shard: string, input: Partial<UpdateItemCommandInput>): Promise<boolean> {
    return this.#items.update(headsPk(this.#items.stage), shard, input);
  }
}

function readHead(item: Item): Head {
  const [start, end] = readTexts(item, 'hashRange');
  const updatedAt = readNumber(item, 'updatedAt', 0);
  return {
    shard: readText(item, 'sk'),
    n: readNumber(item, 'n', 0),
    position: item.position?.S === undefined ? START : parsePosition(item.position.S),
    maxEventTime: readNumber(item, 'maxEventTime', Number.NEGATIVE_INFINITY),
    arrival: readNumber(item, 'arrival', Number.NEGATIVE_INFINITY),
    updatedAt,
    fedAt: readNumber(item, 'fedAt', updatedAt),
    counts: item.counts === undefined ? NO_COUNTS : readCounts(item),
    ancestors: readTexts(item, 'ancestors'),
    hashRange: start === undefined || end === undefined ? undefined : [start, end],
    idleAt: item.idleAt?.N === undefined ? undefined : Number(item.idleAt.N),
    retired: item.retired?.BOOL ?? false,
    marks: readMarks(item),
  };
}
