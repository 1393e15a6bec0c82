/** Results by their start and key, as `2026-01-01T00:00:00.000Z key`. */
export type Rows = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Folds rows in plain code: what stages must come to. */
export function foldRows<T>(
  rows: readonly T[],
  place: (row: T) => string,
  fold: (rows: readonly T[]) => Record<string, number>,
): Rows {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(place(row), [...(groups.get(place(row)) ?? []), row]);
  return Object.fromEntries([...groups].map(([name, own]) => [name, fold(own)]));
}

/** The start of the window of a size in which a time lies. */
export const startOf = (at: number, size: number): string =>
  new Date(Math.floor(at / size) * size).toISOString();

export const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** The start of a result, epoch milliseconds, and its key. */
export function partsOf(place: string): { readonly start: number; readonly key: string } {
  const [start = '', key = ''] = place.split(' ');
  return { start: Date.parse(start), key };
}
