import { number, readNumber, readText, text } from '../state/attributes.ts';
import type { StageTable } from '../state/stage-table.ts';

/** What an hour was compacted from. */
export interface Mark {
  /** Fingerprint of its raw objects. */
  readonly own: string;
  /** Fingerprint of those of the hour before, which the files leave out; empty where that was not compacted. */
  readonly before: string;
  /** How many raw objects there were. */
  readonly objects: number;
}

const PK = 'compacted';

/** Which hours of the lake are compacted, one item each in the state table. */
export class CompactionMarks {
  readonly #items: StageTable;

  constructor(items: StageTable) {
    this.#items = items;
  }

  /** The marks of hours from one to another, by hour; names as in {@link hourName}. */
  async between(first: string, last: string): Promise<Map<string, Mark>> {
    const marks = new Map<string, Mark>();
    for await (const item of this.#items.query(PK, { first, last })) {
      const [own, before] = [readText(item, 'own'), readText(item, 'before')];
      marks.set(readText(item, 'sk'), { own, before, objects: readNumber(item, 'objects', 0) });
    }
    return marks;
  }

  async set(hour: string, { own, before, objects }: Mark): Promise<void> {
    await this.#items.update(PK, hour, {
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
