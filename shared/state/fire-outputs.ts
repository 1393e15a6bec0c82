import type { Sleep } from './fence.ts';
import type { ListShards } from './stage-context.ts';

/** What a firing does besides reading and writing state. */
export interface FireOutputs {
  /**
   * Puts results to the results stream; rejects unless all of them are durably stored. Repetitions are harmless.
   *
   * @param packed - whether they are so many that they should share records
   * @returns how many there were
   */
  emit(results: Iterable<EmittedResult>, packed: boolean): Promise<number>;
  readonly listShards: ListShards;
  readonly sleep: Sleep;
  /** Milliseconds left to work. */
  remaining(): number;
  /** Asks another function to fire a bucket now. May be lost or repeated. Never rejects. */
  fireBucket?(bucket: BucketHint): Promise<void>;
  /** Told of every firing whose results are all in the stream. */
  fired?(firing: FinishedFiring): void;
}

/** A firing that is over. */
export interface FinishedFiring {
  /** End of the window, epoch milliseconds. */
  readonly end: number;
  /** 0: the first results that are not speculative. */
  readonly revision: number;
  /** Nothing can change its results any more. */
  readonly final: boolean;
}

/** One result on its way to the results stream. */
export interface EmittedResult {
  readonly key: string;
  /** The result event, as CloudEvents JSON. */
  readonly event: string;
}

/** A bucket of a window's firing that somebody should begin with. */
export interface BucketHint {
  readonly stage: string;
  /** Of the window, epoch milliseconds. */
  readonly start: number;
  readonly end: number;
  readonly index: number;
}

/** What a group of firings has to emit. */
export interface GroupResults {
  /** Keys that it is about: hardly fewer than results. */
  readonly keys: number;
  /** Results by window. */
  readonly results: Iterable<Iterable<EmittedResult>>;
}
