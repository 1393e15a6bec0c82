/**
 * An event type as its producers have to know it. What `eventType` of a pipeline returns is one; a producer that lives elsewhere
 * writes it down: `{ name: 'network-traffic', id: 'event_id' }`.
 *
 * @typeParam Data - what its events hold, for the compiler alone
 */
export interface DeclaredType<Name extends string = string, Data = object> {
  readonly name: Name;
  /** Field of the data that holds the event's id. Without one, events go as CloudEvents, which have a place for it. */
  readonly id?: string | undefined;
  /** Field of the data that holds the event time; needed where there is no field for the id. */
  readonly time?: string | undefined;
  /** Field of the data that holds the partition key; needed for several requests at a time. */
  readonly key?: string | undefined;
  readonly schema?: { readonly _zod: { readonly output: Data } } | undefined;
}

/** What the events of a declared type hold; any object where it does not say. */
export type DataOf<Type> = Type extends {
  readonly schema?: { readonly _zod: { readonly output: infer Data } } | undefined;
}
  ? unknown extends Data
    ? object
    : Data
  : object;

/** The one of several declared types that has a name. */
export type TypeNamed<Type extends DeclaredType, Name> = Extract<Type, { readonly name: Name }>;

/** A CloudEvents 1.0 event in the form of its JSON format; a missing id or time is filled in by the client, before it is sent. */
export interface CloudEvent {
  readonly id?: string;
  readonly source: string;
  readonly type: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly partitionkey?: string;
  readonly data?: unknown;
  readonly [attribute: string]: unknown;
}
