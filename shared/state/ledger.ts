import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { type Item, number, numberMap, readNumber, readNumberMap, readText, text } from './attributes.ts';
import { firesPk, parseTimeSk, timeSk } from './keys.ts';
import type { StageTable } from './stage-table.ts';

/** Shard -> number of the last commit that a firing took into account. */
export type Cut = ReadonlyMap<string, number>;

/** Whether a cut takes commits into account that lie behind the given ends of the logs. */
export const isBeyond = (cut: Cut, ends: Cut): boolean =>
  [...cut].some(([shard, n]) => n > (ends.get(shard) ?? 0));

/** What the ledger knows of a window's firings: the latest of them, and where the one before it had been cut. */
export interface Firing {
  /** End of the window. */
  readonly end: number;
  readonly state: 'claimed' | 'done';
  readonly revision: number;
  /** The last one: nothing can be added to the window any more. */
  readonly final: boolean;
  /** Epoch milliseconds after which another may take a claimed firing over. */
  readonly lease: number;
  /** Absent between claim and cut. */
  readonly cut: Cut | undefined;
  /** The cut of the revision before, empty for the first. */
  readonly previousCut: Cut;
  /** Into how many buckets its keys are dealt; absent where they are fired together. */
  readonly buckets?: number;
  /** How many keys the window had when it was last done, if it was fired in buckets. */
  readonly keys?: number;
}

/** The fire ledger of a stage: one item per window, stepping claimed -> cut -> done, revision by revision. */
export class FireLedger {
  readonly #items: StageTable;

  constructor(items: StageTable) {
    this.#items = items;
  }

  /** The firings of the windows with an end from `first` to `last`, by end. Consistent. */
  async between(first: number, last: number): Promise<Map<number, Firing>> {
    const firings = new Map<number, Firing>();
    const range = { first: timeSk(first), last: timeSk(last) };
    for await (const item of this.#items.query(firesPk(this.#items.stage), range)) {
      const firing = readFiring(item);
      firings.set(firing.end, firing);
    }
    return firings;
  }

  /** The latest firing of the window that ends at `end`. Consistent. */
  async read(end: number): Promise<Firing | undefined> {
    const item = await this.#items.get(firesPk(this.#items.stage), timeSk(end));
    return item && readFiring(item);
  }

  /**
   * Claims a revision after `previous`: the window has never fired, or its latest firing is done and nobody else was faster.
   * The claim has no cut yet.
   *
   * @returns the claimed firing, `undefined` where another has it
   */
  async claim(
    end: number,
    previous: Firing | undefined,
    claim: {
      /** Higher than that of `previous`. */
      readonly revision: number;
      readonly final: boolean;
      readonly lease: number;
      readonly expiresAt: number;
      /** From the start, where its keys are known to be too many for one function. */
      readonly buckets?: number | undefined;
    },
  ): Promise<Firing | undefined> {
    const { revision, buckets } = claim;
    const previousCut: Cut = previous?.cut ?? new Map();
    const values = {
      ':claimed': text('claimed'),
      ':rev': number(revision),
      ':final': { BOOL: claim.final },
      ':lease': number(claim.lease),
      ':expiresAt': number(claim.expiresAt),
      ':previous': numberMap(previousCut),
      ...(buckets !== undefined && { ':buckets': number(buckets) }),
    };
    const condition =
      previous === undefined
        ? { ConditionExpression: 'attribute_not_exists(pk)', ExpressionAttributeValues: values }
        : {
            ConditionExpression: '#state = :done AND rev = :before',
            ExpressionAttributeValues: {
              ...values,
              ':done': text('done'),
              ':before': number(previous.revision),
            },
          };
    const claimed = await this.#update(end, {
      UpdateExpression:
        'SET #state = :claimed, rev = :rev, #final = :final, lease = :lease, expiresAt = :expiresAt, ' +
        `previousCut = :previous ${buckets === undefined ? 'REMOVE cut, buckets' : ', buckets = :buckets REMOVE cut'}`,
      ExpressionAttributeNames: { '#state': 'state', '#final': 'final' },
      ...condition,
    });
    const { final, lease } = claim;
    return claimed
      ? { end, state: 'claimed', revision, final, lease, cut: undefined, previousCut, buckets }
      : undefined;
  }

  /**
   * Takes a claimed firing over whose lease is old. Only the lease changes: the cut, if there is one, stays.
   *
   * @returns the firing as it stands now, `undefined` where another was faster
   */
  async takeOver(firing: Firing, lease: number): Promise<Firing | undefined> {
    const taken = await this.#update(firing.end, {
      UpdateExpression: 'SET lease = :lease',
      ConditionExpression: '#state = :claimed AND rev = :rev AND lease = :old',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: {
        ':claimed': text('claimed'),
        ':rev': number(firing.revision),
        ':old': number(firing.lease),
        ':lease': number(lease),
      },
    });
    // The old holder may have cut between our read and our claim on the lease: what it fixed must be kept.
    return taken ? this.current(firing) : undefined;
  }

  /** A claimed firing as the ledger has it now, `undefined` where its revision is over. Consistent. */
  async current({ end, revision }: Firing): Promise<Firing | undefined> {
    const firing = await this.read(end);
    return firing?.state === 'claimed' && firing.revision === revision ? firing : undefined;
  }

  /**
   * Fixes the cut of a claimed revision, which must have been read after the claim: a cut chosen before it would lose the
   * commits that come in between.
   *
   * @returns the firing with the cut that holds, which may be another's; `undefined` where the revision is over
   */
  async cut(firing: Firing, cut: Cut): Promise<Firing | undefined> {
    const { end, revision } = firing;
    const fixed = await this.#update(end, {
      UpdateExpression: 'SET cut = :cut',
      ConditionExpression: 'attribute_not_exists(cut) AND rev = :rev AND #state = :claimed',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: {
        ':cut': numberMap(cut),
        ':rev': number(revision),
        ':claimed': text('claimed'),
      },
    });
    if (fixed) return { ...firing, cut };
    return this.current(firing);
  }

  /**
   * Deals the keys of a claimed revision into more buckets than they were in; what the fewer ones have emitted is emitted again.
   *
   * @returns the firing with the buckets that hold, which may be another's; `undefined` where the revision is over
   */
  async split(firing: Firing, buckets: number): Promise<Firing | undefined> {
    const { end, revision } = firing;
    const before = firing.buckets === undefined ? undefined : { ':before': number(firing.buckets) };
    const split = await this.#update(end, {
      UpdateExpression: 'SET buckets = :buckets',
      ConditionExpression:
        'rev = :rev AND #state = :claimed AND ' +
        (before === undefined ? 'attribute_not_exists(buckets)' : 'buckets = :before'),
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: {
        ':buckets': number(buckets),
        ':rev': number(revision),
        ':claimed': text('claimed'),
        ...before,
      },
    });
    if (split) return { ...firing, buckets };
    const other = await this.read(end);
    return other?.revision === revision && other.state === 'claimed' ? other : undefined;
  }

  /**
   * Says that everything of the revision has been emitted.
   *
   * @param keys - how many keys it had, if it was fired in buckets
   */
  async done(end: number, revision: number, keys?: number): Promise<void> {
    await this.#update(end, {
      UpdateExpression: keys === undefined ? 'SET #state = :done' : 'SET #state = :done, #keys = :keys',
      ConditionExpression: 'rev = :rev AND #state = :claimed',
      ExpressionAttributeNames: { '#state': 'state', ...(keys !== undefined && { '#keys': 'keys' }) },
      ExpressionAttributeValues: {
        ':done': text('done'),
        ':rev': number(revision),
        ':claimed': text('claimed'),
        ...(keys !== undefined && { ':keys': number(keys) }),
      },
    });
  }

  #update(end: number, input: Partial<UpdateItemCommandInput>): Promise<boolean> {
    return this.#items.update(firesPk(this.#items.stage), timeSk(end), input);
  }
}

function readFiring(item: Item): Firing {
  return {
    end: parseTimeSk(readText(item, 'sk')),
    state: readText(item, 'state') === 'done' ? 'done' : 'claimed',
    revision: readNumber(item, 'rev', 0),
    final: item.final?.BOOL ?? false,
    lease: readNumber(item, 'lease', 0),
    cut: item.cut === undefined ? undefined : readNumberMap(item, 'cut'),
    previousCut: readNumberMap(item, 'previousCut'),
    ...(item.buckets !== undefined && { buckets: readNumber(item, 'buckets', 0) }),
    ...(item.keys !== undefined && { keys: readNumber(item, 'keys', 0) }),
  };
}
