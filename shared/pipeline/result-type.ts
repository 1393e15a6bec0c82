import * as z from 'zod';
import type { Aggregate, Edge } from './aggregate.ts';
import type { EventType } from './event-type.ts';
import { fieldOf } from './fields.ts';
import { resultKeyField } from './result-fields.ts';
import type { AllKeys } from './stage.ts';
import type { UserValue } from './user-aggregate.ts';

/** What an aggregate's value over data of type `T` may be. */
export type ValueOf<A, T = Record<string, unknown>> = A extends { readonly kind: 'count' | 'distinct' }
  ? number
  : A extends { readonly kind: 'first' | 'last'; readonly of: infer O }
    ? (O extends keyof T ? NonNullable<T[O]> : number) | null
    : A extends { readonly kind: 'quantiles' | 'trend' }
      ? Readonly<Record<string, number | null>> | null
      : A extends { readonly kind: 'top-k' | 'histogram' }
        ? readonly Readonly<Record<string, number | string | null>>[] | null
        : A extends { readonly kind: 'user' }
          ? UserValue
          : number | null;

/** A window stage's result as another stage reads it: the key under the name of its field, the window's bounds, the values. */
export type ResultData<K, V, T = Record<string, unknown>> = {
  readonly [P in K extends string ? K : 'key']: string;
} & {
  /** Start of the window, inclusive, epoch milliseconds. */
  readonly start: number;
  /** End of the window, exclusive, epoch milliseconds. */
  readonly end: number;
} & { readonly [P in keyof V]: ValueOf<V[P], T> };

/** The type of a window stage's results, as an event type that other stages can read. */
export function resultType(
  name: string,
  description: string,
  key: string | AllKeys,
  values: Readonly<Record<string, Aggregate>>,
  input: EventType,
): EventType {
  const keyField = resultKeyField({ key });
  const fields = Object.entries(values).map(
    ([value, aggregate]) => [value, schemaOf(aggregate, input)] as const,
  );
  return {
    kind: 'type',
    name: `${name}.result`,
    description,
    schema: z.object({ ...Object.fromEntries(fields), start: z.int(), end: z.int(), [keyField]: z.string() }),
    id: undefined,
    time: 'end',
    key: keyField,
    maxAhead: input.maxAhead,
  };
}

const lists = z.array(z.looseObject({}));
const anything = z.union([z.number(), z.string(), z.boolean(), z.array(z.unknown()), z.looseObject({})]);

/** A sum, too, is null where it leaves the range of numbers. */
function schemaOf(aggregate: Aggregate, input: EventType): z.ZodType {
  switch (aggregate.kind) {
    case 'count':
    case 'distinct':
      return z.int();
    case 'first':
    case 'last':
      return edgeOf(aggregate.of, input).nullable();
    case 'quantiles':
    case 'trend':
      return z.looseObject({}).nullable();
    case 'top-k':
    case 'histogram':
      return lists.nullable();
    case 'user':
      return anything.nullable();
    default:
      return z.number().nullable();
  }
}

/** A value of an event: of the types that its field has. */
function edgeOf(of: Edge['of'], input: EventType): z.ZodType {
  const types = typeof of === 'string' ? (fieldOf(input, of)?.types ?? []) : ['number'];
  const schemas: Readonly<Record<string, z.ZodType>> = {
    string: z.string(),
    boolean: z.boolean(),
    integer: z.int(),
  };
  return types.length === 0 ? anything : z.union(types.map((type) => schemas[type] ?? z.number()));
}
