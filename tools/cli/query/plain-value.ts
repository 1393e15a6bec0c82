import type { DuckDBValue } from '@duckdb/node-api';
import type { Value } from './answer.ts';

/** Turns a value of DuckDB into one of JSON. */
export function plainValue(value: DuckDBValue): Value {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if ('items' in value) return value.items.map(plainValue);
  if ('entries' in value && !Array.isArray(value.entries)) {
    return Object.fromEntries(
      Object.entries(value.entries).map(([name, field]) => [name, plainValue(field)]),
    );
  }
  if ('scale' in value) return value.toDouble();
  return String(value);
}
