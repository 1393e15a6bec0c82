import { hashOf } from './key-index.ts';

/** One of the parts that the keys of a window are dealt into, so that each fits the memory of one function. */
export interface Bucket {
  /** From 0. */
  readonly index: number;
  /** How many there are. */
  readonly of: number;
}

/** Any number does; all workers of one firing must use the same, so it is part of the protocol. */
const SEED = 0x6d696c6c;

/** The bucket of a key, the same in every process. */
export const bucketOf = (key: string, of: number): number => (hashOf(key, SEED) >>> 0) % of;
