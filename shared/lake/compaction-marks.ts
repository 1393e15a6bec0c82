import { type Item, number, readNumber, readText, readTexts, text } from '../state/attributes.ts';
import type { StageTable } from '../state/stage-table.ts';
import type { Bounds } from './parts.ts';

/** What a part of an hour was compacted from. */
export interface Mark {
  /** Fingerprint of its raw objects. */
  readonly own: string;
  /** Fingerprint of the parts and of the hour before it, whose events it leaves out. */
  readonly before: string;
  /** How many raw objects there were. */
  readonly objects: number;
}

/** What is known of an hour that was compacted, or is about to be. */
export interface HourMarks {
  readonly bounds: Bounds;
  /** By number of the part. */
  readonly parts: ReadonlyMap<number, Mark>;
}

const PK = 'compacted';
/** Digits of a part's number: marks sort as parts do. */
const DIGITS = 5;
const PART = /^(.+)#(\d+)$/;

/** Which hours of the lake are compacted: in the state table, one item for each hour and one for each of its parts. */
export class CompactionMarks {
  readonly #items: StageTable;

  constructor(items: StageTable) {
    this.#items = items;
  }

  /** What is known of the hours from one to another, by hour; names as in `hourName`. */
  async between(first: string, last: string): Promise<Map<string, HourMarks>> {
    const bounds = new Map<string, string[]>();
    const parts = new Map<string, Map<number, Mark>>();
    // The items of an hour's parts sort behind its own.
    for await (const item of this.#items.query(PK, { first, last: `${last}~` })) {
      const sk = readText(item, 'sk');
      const [, hour, part] = PART.exec(sk) ?? [];
      if (hour === undefined) bounds.set(sk, readTexts(item, 'bounds'));
      else parts.set(hour, (parts.get(hour) ?? new Map<number, Mark>()).set(Number(part), readMark(item)));
    }
    return new Map(
      [...bounds].map(([hour, of]) => [hour, { bounds: of, parts: parts.get(hour) ?? new Map() }]),
    );
  }

  /**
   * Says how an hour is cut into parts, unless that is settled.
   *
   * @returns how it is cut
   */
  async cut(hour: string, bounds: Bounds): Promise<Bounds> {
    const isNew = await this.#items.update(PK, hour, {
      UpdateExpression: 'SET bounds = :bounds',
      ConditionExpression: 'attribute_not_exists(pk)',
      ExpressionAttributeValues: { ':bounds': { L: bounds.map(text) } },
    });
    if (isNew) return bounds;
    const item = await this.#items.get(PK, hour);
    return item === undefined ? bounds : readTexts(item, 'bounds');
  }

  async set(hour: string, part: number, { own, before, objects }: Mark): Promise<void> {
    await this.#items.update(PK, `${hour}#${String(part).padStart(DIGITS, '0')}`, {
      UpdateExpression: 'SET own = :own, #before = :before, objects = :objects',
      ExpressionAttributeNames: { '#before': 'before' },
      ExpressionAttributeValues: {
        ':own': text(own),
        ':before': text(before),
        ':objects': number(objects),
      },
    });
  }
}

const readMark = (item: Item): Mark => ({
  own: readText(item, 'own'),
  before: readText(item, 'before'),
  objects: readNumber(item, 'objects', 0),
});
