/**
 * Where a shard's consumer is: everything up to and including item `sub` of the record `sequence` is consumed.
 * Kinesis sequence numbers are decimal numbers of up to 186 bits without leading zeros, kept as text.
 */
export interface Position {
  readonly sequence: string;
  /** Item within the record, from 0; {@link WHOLE_RECORD} where the record is consumed to its end. */
  readonly sub: number;
}

/** Above any item number: a record has at most a few hundred thousand items. */
export const WHOLE_RECORD = 0xffff_ffff;

/** Before everything. */
export const START: Position = { sequence: '0', sub: WHOLE_RECORD };

/** Compares sequence numbers as the numbers they are: as text, "9" would come after "10". */
export function compareSequence(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Negative where `a` comes before `b`, 0 where they are the same place. */
export function comparePosition(a: Position, b: Position): number {
  return compareSequence(a.sequence, b.sequence) || a.sub - b.sub;
}

/** `sequence/sub`, or the sequence number alone where the whole record is consumed. */
export function formatPosition(position: Position): string {
  return position.sub === WHOLE_RECORD ? position.sequence : `${position.sequence}/${position.sub}`;
}

/** Reads what {@link formatPosition} wrote. */
export function parsePosition(text: string): Position {
  const slash = text.indexOf('/');
  return slash < 0
    ? { sequence: text, sub: WHOLE_RECORD }
    : { sequence: text.slice(0, slash), sub: Number(text.slice(slash + 1)) };
}
