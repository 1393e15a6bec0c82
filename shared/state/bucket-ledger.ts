import { type Item, number, readNumber, readText, text } from './attributes.ts';
import { bucketsPk, timeSk } from './keys.ts';
import type { StageTable } from './stage-table.ts';

/** A revision of a window of which the keys are dealt into buckets. */
export interface BucketFiring {
  readonly end: number;
  readonly revision: number;
  readonly buckets: number;
}

/** How far one bucket of a firing is. */
export interface BucketProgress {
  readonly index: number;
  readonly state: 'claimed' | 'done';
  /** Epoch milliseconds after which another may go on with it. */
  readonly lease: number;
  /** So many of its keys, in their order, have been dealt with. */
  readonly passed: number;
  /** How many keys it has: known when it is done. */
  readonly keys: number;
}

const DIGITS = 6;
const padded = (value: number): string => String(value).padStart(DIGITS, '0');

/**
 * The buckets of a stage's firings: an item per bucket, number of buckets and revision, so that each is claimed, gone on with and taken
 * over by itself. All of them have the cut of their firing. An item that is missing has not been begun.
 */
export class BucketLedger {
  readonly #items: StageTable;

  constructor(items: StageTable) {
    this.#items = items;
  }

  /** The buckets of a firing that were begun, by their index. Consistent. */
  async read(firing: BucketFiring): Promise<Map<number, BucketProgress>> {
    const prefix = prefixOf(firing);
    const found = new Map<number, BucketProgress>();
    const range = { first: `${prefix}#`, last: `${prefix}#~` };
    for await (const item of this.#items.query(bucketsPk(this.#items.stage), range)) {
      const progress = readProgress(item);
      found.set(progress.index, progress);
    }
    return found;
  }

  /**
   * Claims a bucket that was not begun, or that was left by whoever had it.
   *
   * @returns from where to go on; `undefined` where it is done or another has it
   */
  async claim(
    firing: BucketFiring,
    index: number,
    claim: { readonly now: number; readonly lease: number; readonly expiresAt: number },
  ): Promise<BucketProgress | undefined> {
    const { lease, expiresAt } = claim;
    const sk = skOf(firing, index);
    const item = await this.#items.get(bucketsPk(this.#items.stage), sk);
    const before = item && readProgress(item);
    if (before !== undefined && (before.state === 'done' || before.lease >= claim.now)) return undefined;
    const claimed = await this.#items.update(bucketsPk(this.#items.stage), sk, {
      UpdateExpression: 'SET #state = :claimed, lease = :lease, expiresAt = :expiresAt',
      ConditionExpression:
        before === undefined ? 'attribute_not_exists(pk)' : '#state = :claimed AND lease = :old',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: {
        ':claimed': text('claimed'),
        ':lease': number(lease),
        ':expiresAt': number(expiresAt),
        ...(before !== undefined && { ':old': number(before.lease) }),
      },
    });
    return claimed ? { index, state: 'claimed', lease, passed: before?.passed ?? 0, keys: 0 } : undefined;
  }

  /**
   * Notes how far a bucket is, and keeps it until `lease`.
   *
   * @returns the bucket as it stands now, `undefined` where another has taken it over
   */
  async pass(
    firing: BucketFiring,
    bucket: BucketProgress,
    passed: number,
    lease: number,
  ): Promise<BucketProgress | undefined> {
    const held = await this.#items.update(bucketsPk(this.#items.stage), skOf(firing, bucket.index), {
      UpdateExpression: 'SET passed = :passed, lease = :lease',
      ConditionExpression: '#state = :claimed AND lease = :old',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: {
        ':passed': number(passed),
        ':lease': number(lease),
        ':old': number(bucket.lease),
        ':claimed': text('claimed'),
      },
    });
    return held ? { ...bucket, passed, lease } : undefined;
  }

  /** Says that everything of a bucket has been emitted: true whoever says it, and for good. */
  async done(firing: BucketFiring, index: number, keys: number): Promise<void> {
    await this.#items.update(bucketsPk(this.#items.stage), skOf(firing, index), {
      UpdateExpression: 'SET #state = :done, #keys = :keys',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#state': 'state', '#keys': 'keys' },
      ExpressionAttributeValues: { ':done': text('done'), ':keys': number(keys) },
    });
  }
}

/** Revisions may be negative, like times. */
const prefixOf = ({ end, revision, buckets }: BucketFiring): string =>
  [timeSk(end), timeSk(revision), padded(buckets)].join('#');

const skOf = (firing: BucketFiring, index: number): string => `${prefixOf(firing)}#${padded(index)}`;

function readProgress(item: Item): BucketProgress {
  return {
    index: Number(readText(item, 'sk').slice(-DIGITS)),
    state: readText(item, 'state') === 'done' ? 'done' : 'claimed',
    lease: readNumber(item, 'lease', 0),
    passed: readNumber(item, 'passed', 0),
    keys: readNumber(item, 'keys', 0),
  };
}
