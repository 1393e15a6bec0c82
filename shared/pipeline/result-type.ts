import * as z from 'zod';
import type { Aggregate } from './aggregate.ts';
import type { EventType } from './event-type.ts';
import { resultKeyField } from './result-fields.ts';
import type { AllKeys } from './stage.ts';

/** What an aggregate's value may be. */
export type ValueOf<A> = A extends { readonly kind: 'count' } ? number : number | null;

/** A window stage's result as another stage reads it: the key under the name of its field, the window's bounds, the values. */
export type ResultData<K, V> = { readonly [P in K extends string ? K : 'key']: string } & {
  /** Start of the window, inclusive, epoch milliseconds. */
  readonly start: number;
  /** End of the window, exclusive, epoch milliseconds. */
  readonly end: number;
} & { readonly [P in keyof V]: ValueOf<V[P]> };

/** The type of a window stage's results, as an event type that other stages can read. */
export function resultType(
  name: string,
  description: string,
  key: string | AllKeys,
  values: Readonly<Record<string, Aggregate>>,
  maxAhead: number,
): EventType {
  const keyField = resultKeyField({ key });
  const fields = Object.entries(values).map(([value, aggregate]) => [value, schemaOf(aggregate)] as const);
  return {
    kind: 'type',
    name: `${name}.result`,
    description,
    schema: z.object({ ...Object.fromEntries(fields), start: z.int(), end: z.int(), [keyField]: z.string() }),
    id: undefined,
    time: 'end',
    key: keyField,
    maxAhead,
  };
}

/** A sum, too, is null where it leaves the range of numbers. */
const schemaOf = ({ kind }: Aggregate): z.ZodType => (kind === 'count' ? z.int() : z.number().nullable());
