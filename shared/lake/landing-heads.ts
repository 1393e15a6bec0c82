import { type Item, number, readNumber, text } from '../state/attributes.ts';
import { formatPosition, type Position, parsePosition, START } from '../state/position.ts';
import type { StageTable } from '../state/stage-table.ts';

/** How far a shard has been landed. */
export interface Landed {
  /** Number of its last raw object; 0 where there is none. */
  readonly n: number;
  /** Everything up to here is in one of its objects. */
  readonly position: Position;
}

export const NOTHING_LANDED: Landed = { n: 0, position: START };

/**
 * How far each shard of a stream has been landed, one item each in the state table. An invocation moves it before it
 * returns, so that whoever is given later records finds a place that those records follow.
 */
export class LandingHeads {
  readonly #items: StageTable;

  constructor(items: StageTable) {
    this.#items = items;
  }

  /** Consistent. */
  async read(shard: string): Promise<Landed> {
    const item: Item | undefined = await this.#items.get(this.#pk, shard);
    const position = item?.position?.S;
    if (item === undefined || position === undefined) return NOTHING_LANDED;
    return { n: readNumber(item, 'n', 0), position: parsePosition(position) };
  }

  /** Moves forward only: one that is behind has nothing to say. */
  async advance(shard: string, { n, position }: Landed): Promise<void> {
    await this.#items.update(this.#pk, shard, {
      UpdateExpression: 'SET n = :n, #position = :position',
      ConditionExpression: 'attribute_not_exists(pk) OR n < :n',
      ExpressionAttributeNames: { '#position': 'position' },
      ExpressionAttributeValues: { ':n': number(n), ':position': text(formatPosition(position)) },
    });
  }

  get #pk(): string {
    return `landed#${this.#items.stage}`;
  }
}
