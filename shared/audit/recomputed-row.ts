import type { Recomputed } from './tolerance.ts';

/** A row of recomputed columns, by name. */
export type Row = Readonly<Record<string, unknown>>;

export const asNumber = (value: unknown): number | null =>
  value === null || value === undefined ? null : Number(value);
export const orZero = (value: unknown): number => asNumber(value) ?? 0;
export const parsed = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : null);

/** Computes a value, and by how much it may differ, of a row. */
export type Compute = (row: Row) => Recomputed;
