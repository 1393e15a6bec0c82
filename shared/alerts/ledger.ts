import { hash } from 'node:crypto';
import { compactItem, finite, type Item, number, readNumber, text } from '../state/attributes.ts';
import type { StageTable } from '../state/stage-table.ts';
import { type History, NO_HISTORY } from './history.ts';

/** Somebody is about to send an alert. */
export interface Claim {
  /** Event time of the alert. */
  readonly time: number;
  /** Who: a name that no other process has. */
  readonly owner: string;
  /** Epoch milliseconds after which others need not wait any more. */
  readonly lease: number;
}

/** What the state table holds about one key's alerts. */
export interface AlertEntry {
  readonly history: History;
  readonly claim: Claim | undefined;
  /** Rises with every change; 0 where there is no item. */
  readonly version: number;
}

const NOTHING: AlertEntry = { history: NO_HISTORY, claim: undefined, version: 0 };

/** A sort key takes 1,024 bytes at most. */
const MAX_KEY_BYTES = 1_000;
const KEPT_CHARACTERS = 100;

export const alertsPk = (stage: string): string => `alerts#${stage}`;

/**
 * The sort key of a key's item: `=` and the key, since a sort key must not be empty; of a key that is too long, or that no
 * UTF-8 can hold, its beginning and its hash.
 */
export function alertSk(key: string): string {
  if (Buffer.byteLength(key) <= MAX_KEY_BYTES && key.isWellFormed()) return `=${key}`;
  return `#${key.slice(0, KEPT_CHARACTERS).replace(/\p{Surrogate}/gu, '')}#${hash('sha256', JSON.stringify(key))}`;
}

/** The alerts of a stage: one item per key. Every change is conditional on the version that it was decided upon. */
export class AlertLedger {
  readonly #items: StageTable;
  readonly #expiry: () => number;

  /** @param expiry - epoch seconds at which an item written now may be deleted */
  constructor(items: StageTable, expiry: () => number) {
    this.#items = items;
    this.#expiry = expiry;
  }

  /** Consistent. */
  async read(key: string): Promise<AlertEntry> {
    const item = await this.#items.get(alertsPk(this.#items.stage), alertSk(key));
    return item === undefined ? NOTHING : readEntry(item);
  }

  /**
   * Replaces what was read.
   *
   * @returns the entry as it is stored now, `undefined` where another changed it since it was read
   */
  async replace(
    key: string,
    read: AlertEntry,
    change: Omit<AlertEntry, 'version'>,
  ): Promise<AlertEntry | undefined> {
    const version = read.version + 1;
    const { history, claim } = change;
    const values: Item = compactItem({
      ':sent': { L: history.sent.map(number) },
      ':floor': finite(history.floor),
      ':claim': claim && {
        M: { time: number(claim.time), owner: text(claim.owner), lease: number(claim.lease) },
      },
      ':version': number(version),
      ':before': read.version === 0 ? undefined : number(read.version),
      ':expiresAt': number(this.#expiry()),
    });
    const sets = ['sent = :sent', '#version = :version', 'expiresAt = :expiresAt'];
    if (':floor' in values) sets.push('#floor = :floor');
    if (':claim' in values) sets.push('claim = :claim');
    const replaced = await this.#items.update(alertsPk(this.#items.stage), alertSk(key), {
      UpdateExpression: `SET ${sets.join(', ')}${claim === undefined ? ' REMOVE claim' : ''}`,
      ConditionExpression: read.version === 0 ? 'attribute_not_exists(pk)' : '#version = :before',
      ExpressionAttributeNames: {
        '#version': 'version',
        ...(':floor' in values && { '#floor': 'floor' }),
      },
      ExpressionAttributeValues: values,
    });
    return replaced ? { ...change, version } : undefined;
  }
}

function readEntry(item: Item): AlertEntry {
  const claim = item.claim?.M;
  return {
    history: {
      sent: (item.sent?.L ?? []).map(({ N }) => Number(N)),
      floor: readNumber(item, 'floor', Number.NEGATIVE_INFINITY),
    },
    claim: claim && {
      time: readNumber(claim, 'time', 0),
      owner: claim.owner?.S ?? '',
      lease: readNumber(claim, 'lease', 0),
    },
    version: readNumber(item, 'version', 0),
  };
}
