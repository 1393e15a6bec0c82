import type { Item } from './attributes.ts';
import { text } from './attributes.ts';

/** Digits of a commit number in a sort key: numbers sort as text only when they are equally long. */
const COMMIT_DIGITS = 12;
/** Digits of the sortable time: 2^53 has 16. */
const TIME_DIGITS = 16;
const TIME_BIAS = 2 ** 52;

export const logPk = (stage: string, shard: string): string => `log#${stage}#${shard}`;
export const commitSk = (n: number): string => String(n).padStart(COMMIT_DIGITS, '0');
export const headsPk = (stage: string): string => `heads#${stage}`;
/** The stage's clock lies beside its heads, so that one query reads both; it sorts before any shard id. */
export const CLOCK_SK = '!clock';
/** Whether the history of a stage has been replayed. */
export const replayPk = (stage: string): string => `replay#${stage}`;
export const firesPk = (stage: string): string => `fires#${stage}`;
/** What sessions carry over closed slices; a sort key is the boundary. */
export const carryPk = (stage: string): string => `carry#${stage}`;
/** Times before 1970 are negative: the bias makes all of them sort as text. */
export const timeSk = (time: number): string => String(time + TIME_BIAS).padStart(TIME_DIGITS, '0');
export const parseTimeSk = (sk: string): number => Number(sk) - TIME_BIAS;
/** Compacted slices of a shard lie apart from its log, so that one query reads the slices of a window. */
export const slicesPk = (stage: string, shard: string): string => `slices#${stage}#${shard}`;
/** How far the buckets of firings are; apart from the ledger, so that reading it stays short. */
export const bucketsPk = (stage: string): string => `buckets#${stage}`;

/** The primary key of an item. */
export const itemKey = (pk: string, sk: string): Item => ({ pk: text(pk), sk: text(sk) });
