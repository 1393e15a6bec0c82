import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** One item as the low-level client gives and takes it. */
export type Item = Record<string, AttributeValue>;

/** Writing attributes: `undefined` and infinite numbers are left out, which is how "none yet" is stored. */
export const text = (value: string): AttributeValue => ({ S: value });
export const number = (value: number): AttributeValue => ({ N: String(value) });
export const binary = (value: Uint8Array): AttributeValue => ({ B: value });

/** Drops the attributes that have no value. */
export function compactItem(entries: Record<string, AttributeValue | undefined>): Item {
  return Object.fromEntries(
    Object.entries(entries).filter((entry): entry is [string, AttributeValue] => entry[1] !== undefined),
  );
}

/** A number that may be unknown: infinities, which stand for "none yet", are not stored. */
export const finite = (value: number | undefined): AttributeValue | undefined =>
  value === undefined || !Number.isFinite(value) ? undefined : number(value);

/** @throws StateFormatError when the attribute is missing */
export function readText(item: Item, name: string): string {
  const value = item[name]?.S;
  if (value === undefined) throw new StateFormatError(item, name);
  return value;
}

/** The number, or `otherwise` where it is missing. */
export function readNumber(item: Item, name: string, otherwise: number): number {
  const value = item[name]?.N;
  return value === undefined ? otherwise : Number(value);
}

/** The texts of a list; none where it is missing. */
export const readTexts = (item: Item, name: string): string[] =>
  (item[name]?.L ?? []).map((entry) => entry.S ?? '');

/** A map of numbers such as a cut: shard -> commit number. */
export const numberMap = (entries: ReadonlyMap<string, number>): AttributeValue => ({
  M: Object.fromEntries([...entries].map(([name, value]) => [name, number(value)])),
});

/** Reads what {@link numberMap} wrote; empty where it is missing. */
export function readNumberMap(item: Item, name: string): Map<string, number> {
  return new Map(Object.entries(item[name]?.M ?? {}).map(([key, value]) => [key, Number(value.N)]));
}

/** An item of the state table lacks what this version of the code wrote into every such item. */
export class StateFormatError extends Error {
  override readonly name = 'StateFormatError';

  constructor(item: Item, attribute: string) {
    super(`state item ${item.pk?.S ?? '?'} / ${item.sk?.S ?? '?'} lacks "${attribute}"`);
  }
}
