import type { Bucket } from './bucket.ts';

/** A window of event time: start inclusive, end exclusive, epoch milliseconds. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** How event time is cut into slices, and slices make up windows. Pure arithmetic; negative times included. */
export interface WindowAssigner {
  /** Start of the slice that holds a time. */
  sliceOf(time: number): number;
  /** End of a slice, exclusive: where the next one begins. */
  sliceEnd(slice: number): number;
  /** The windows that contain a slice, by ascending end; none where the slice lies in a gap between windows. */
  windowsOf(slice: number): readonly Window[];
  /**
   * End of the last window that contains a slice: what decides whether an event is late for all of its windows. -Infinity
   * where there is none.
   */
  lastEnd(slice: number): number;
  /** The slices of a window, ascending. */
  slicesOf(window: Window): readonly number[];
}

/** A value of a result: null where there was nothing to compute it from, a list or an object from aggregates such as top-k. */
export type ResultValue =
  | number
  | string
  | boolean
  | null
  | readonly ResultValue[]
  | { readonly [name: string]: ResultValue };
export type ResultValues = Readonly<Record<string, ResultValue>>;

/** What one batch contributes: partial aggregates per slice and key. */
export interface Delta {
  /**
   * Folds one event in. `data` has been validated against the stage's event type.
   *
   * @param time - event time, epoch milliseconds
   */
  add(slice: number, key: string, data: Readonly<Record<string, unknown>>, time: number): void;
  /** Number of (slice, key) pairs touched. */
  readonly rows: number;
  /** Starts of the slices touched, ascending. */
  slices(): number[];
  /**
   * The partials as bytes; the first byte is the version of the encoding. Not compressed, but laid out for a compressor:
   * brotli at quality 2 to 4 (or deflate) takes about 60% off. Whoever stores them compresses them.
   */
  encode(): Uint8Array;
}

/** An encoded delta, read slice by slice. */
export interface DeltaReader {
  slices(): readonly number[];
  /** Folds the partials of one slice into a merge; nothing where the delta does not touch it. */
  mergeInto(slice: number, target: WindowMerge): void;
}

/** From the first to the last event of a key, epoch milliseconds. */
export interface Span {
  readonly key: string;
  readonly start: number;
  readonly last: number;
}

/** The partials of one window being merged: by key, a left fold in the order of the calls. */
export interface WindowMerge {
  /** Number of keys. */
  readonly size: number;
  /** The keys in the order in which they first appeared. */
  readonly keys: readonly string[];
  /**
   * Folds another merge in, key by key.
   *
   * @param nameOf - what the key at an index of the other is called here; `undefined` leaves it out
   */
  absorb(other: WindowMerge, nameOf?: (index: number) => string | undefined): void;
  /** Of a stage with sessions: when each key's first and last events were, in the order in which keys first appeared. */
  spans(): IterableIterator<Span>;
  /**
   * Results per key, in the order in which keys first appeared; call after everything is merged.
   *
   * @param start - of the window, where the lines of trends have their intercept
   */
  results(start: number): IterableIterator<readonly [key: string, values: ResultValues]>;
  /** The values of one key, `undefined` where nothing of it was merged; call after everything is merged. */
  valuesOf(key: string, start: number): ResultValues | undefined;
  /** The partials of `count` keys from the `first` one on as an encoded delta that touches one slice. */
  encode(slice: number, first: number, count: number): Uint8Array;
}

/** A window stage compiled for execution. */
export interface WindowPlan {
  readonly windows: WindowAssigner;
  /** Merging in any order gives the same bytes. If not, only merging all deltas in one order does. */
  readonly unordered: boolean;
  /** Memory that a key takes in a merge, in bytes, estimated from the declaration. */
  readonly keyBytes: number;
  createDelta(): Delta;
  /** @throws DeltaFormatError when the bytes are of another version or another declaration */
  read(bytes: Uint8Array): DeltaReader;
  /** @param bucket - merge only its keys; all others count in what shares are of, and nowhere else */
  createMerge(bucket?: Bucket): WindowMerge;
}
