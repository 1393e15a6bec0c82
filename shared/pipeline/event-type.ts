import type { z } from 'zod';
import { type Duration, durationMs } from './duration.ts';

/** Names of the fields of `T` that hold a number (possibly missing or null). */
export type NumericField<T> = {
  [K in keyof T & string]-?: NonNullable<T[K]> extends number ? K : never;
}[keyof T & string];

/** Names of the fields of `T` that can name a key: strings or numbers. */
export type KeyField<T> = {
  [K in keyof T & string]-?: NonNullable<T[K]> extends string | number ? K : never;
}[keyof T & string];

/** Names of the fields of `T` that hold a number, a text or a truth value (possibly missing or null). */
export type ScalarField<T> = {
  [K in keyof T & string]-?: NonNullable<T[K]> extends string | number | boolean ? K : never;
}[keyof T & string];

/** What producers send: a name, a schema, and which of its fields say when, for whom and which event. */
export interface EventType<T = Record<string, unknown>, Name extends string = string> {
  readonly kind: 'type';
  readonly name: Name;
  readonly description: string;
  readonly schema: z.ZodType<T>;
  /** Field that holds the event's id. Where it is absent from an event, ingestion assigns one. */
  readonly id: string | undefined;
  /** Field that holds the event time: epoch milliseconds or ISO 8601. */
  readonly time: string;
  /** Field whose value is the partition key: events of one key stay in order. */
  readonly key: string;
  /** How far, in milliseconds, an event's time may lie ahead of its arrival before it is set aside. */
  readonly maxAhead: number;
  /** Data as a producer would send it, for the documentation. */
  readonly example?: T;
}

/** The options of {@link eventType}. */
export interface EventTypeOptions<T> {
  readonly description: string;
  readonly schema: z.ZodType<T>;
  readonly id?: keyof T & string;
  readonly time: keyof T & string;
  readonly key: KeyField<T>;
  readonly maxAhead?: Duration;
  /** Data as a producer would send it: the documentation shows it, and it is checked against the schema. */
  readonly example?: T;
}

/**
 * Declares an event type.
 *
 * @param name - lower-case words joined by hyphens; the `type` of its events and the last part of its ingestion path
 */
export function eventType<T, const Name extends string = string>(
  name: Name,
  options: EventTypeOptions<T>,
): EventType<T, Name> {
  return {
    kind: 'type',
    name,
    description: options.description,
    schema: options.schema,
    id: options.id,
    time: options.time,
    key: options.key,
    maxAhead: durationMs(options.maxAhead ?? '30 minutes'),
    ...(options.example !== undefined && { example: options.example }),
  };
}
