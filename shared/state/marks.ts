import { binary, type Item } from './attributes.ts';
import { compressJson, decompressJson } from './compress.ts';
import { compareSequence, formatPosition, type Position, parsePosition, WHOLE_RECORD } from './position.ts';

/** Shard of a stream -> sequence number of the last record that was put there. */
export type Reached = ReadonlyMap<string, string>;

/** What a filter stage knew of one shard of its input at one moment: by it those who read its output tell what time it is. */
export interface Mark {
  /** The shard's records up to here had been filtered. */
  readonly position: Position;
  /** Highest event time in them, of events that passed and of those that did not. */
  readonly maxEventTime: number;
  /** Everything of them that passed lies in the output stream, at or before these records. */
  readonly reached: Reached;
  /** When this was known, epoch milliseconds of the wall clock. */
  readonly at: number;
}

/** A mark is kept unless those beside it are this close in age: who reads an hour behind the filter need not know each second. */
const RATIO = 5;
const YOUNGEST_MS = 250;

/**
 * Adds a mark to those before it, newest first, and forgets those that are not needed: whoever is behind finds one that is at most
 * {@link RATIO} times as old as what he has read.
 *
 * @param put - what was put since the last mark
 * @param retention - how long the output stream keeps records, in milliseconds: what is older is nobody's to read
 */
export function withMark(
  marks: readonly Mark[],
  { reached: put, ...mark }: Mark,
  retention: number,
): readonly Mark[] {
  const forgotten = marks.find(({ at }) => mark.at - at > retention)?.reached;
  const known = [...(marks[0]?.reached ?? [])].filter(
    ([shard, sequence]) => forgotten?.get(shard) !== sequence,
  );
  const kept: Mark[] = [{ ...mark, reached: new Map([...known, ...put]) }];
  const age = ({ at }: Mark) => Math.max(mark.at - at, YOUNGEST_MS);
  for (const [index, candidate] of marks.entries()) {
    const [newer, older] = [kept.at(-1) ?? candidate, marks[index + 1]];
    if (older !== undefined && age(older) <= RATIO * age(newer)) continue;
    kept.push(candidate);
    // What is older still says nothing that this one does not.
    if (mark.at - candidate.at > retention) break;
  }
  return kept;
}

/** The newest mark of which a reader of the output has seen everything. */
export const newestSeen = (
  marks: readonly Mark[],
  positions: ReadonlyMap<string, Position>,
): Mark | undefined => marks.find(({ reached }) => [...reached].every(isSeen(positions)));

const isSeen =
  (positions: ReadonlyMap<string, Position>) =>
  ([shard, sequence]: readonly [string, string]): boolean => {
    const position = positions.get(shard);
    if (position === undefined) return false;
    const order = compareSequence(position.sequence, sequence);
    return order > 0 || (order === 0 && position.sub === WHOLE_RECORD);
  };

/** Marks as an attribute: the sequence numbers, of 56 digits, differ in the last ones. */
export const marksAttribute = (marks: readonly Mark[]) =>
  binary(
    compressJson(
      marks.map(({ position, maxEventTime, reached, at }) => [
        formatPosition(position),
        Number.isFinite(maxEventTime) ? maxEventTime : null,
        at,
        Object.fromEntries(reached),
      ]),
    ),
  );

type Stored = readonly [
  position: string,
  time: number | null,
  at: number,
  reached: Readonly<Record<string, string>>,
];

/** @returns `undefined` where the item has none */
export function readMarks(item: Item): readonly Mark[] | undefined {
  const bytes = item.marks?.B;
  if (bytes === undefined) return undefined;
  return (decompressJson(bytes) as readonly Stored[]).map(([position, time, at, reached]) => ({
    position: parsePosition(position),
    maxEventTime: time ?? Number.NEGATIVE_INFINITY,
    at,
    reached: new Map(Object.entries(reached)),
  }));
}
