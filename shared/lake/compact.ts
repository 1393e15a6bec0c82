import { compactPart, type Part, type PartContext } from './compact-part.ts';
import type { TypeRows } from './compact-type.ts';
import type { CompactionMarks, HourMarks, Mark } from './compaction-marks.ts';
import { hourName, hourOf, hourOfRawKey, nextHour, partitionOf, RAW_PREFIX } from './layout.ts';
import type { ListedObject } from './object-store.ts';
import { byPart, combined, cutIntoParts, fingerprintOf } from './parts.ts';

/** What compaction works with. */
export interface CompactContext extends PartContext {
  readonly marks: Pick<CompactionMarks, 'between' | 'cut' | 'set'>;
  readonly now: () => number;
  /** Milliseconds left to work: no part is begun with too little. */
  readonly remaining: () => number;
  /** Bytes of raw objects that are compacted at a time; see {@link PART_BYTES}. */
  readonly partBytes?: number;
}

/** What one run has done with one part of an hour. */
export interface CompactedPart {
  readonly hour: string;
  readonly part: number;
  readonly rawObjects: number;
  readonly rawBytes: number;
  /** By event type. */
  readonly types: Readonly<Record<string, TypeRows>>;
}

/** A part of an hour that could not be compacted. */
export interface FailedPart {
  readonly hour: string;
  readonly part: number;
  readonly error: unknown;
}

/** What one run has done. */
export interface CompactReport {
  readonly done: readonly CompactedPart[];
  /** What failed; the hours after it were compacted all the same. */
  readonly failed: readonly FailedPart[];
  /** Whether time ran out before all was done: the next run goes on. */
  readonly unfinished: boolean;
}

/** Raw objects that were compacted are not there any more: the curated files must not follow. */
export class RawObjectsGone extends Error {
  override readonly name = 'RawObjectsGone';
}

/** How long after its end an hour is left alone: what arrived in it is landed by then, as a rule. */
const SETTLED_MS = 300_000;
const MIN_REMAINING_MS = 300_000;
/**
 * Raw objects are compacted by so many bytes at a time: some three million events, which take most of the function's memory to be
 * sorted, and become a file of some 70 MB. See docs/decisions/0032-busy-hours-in-parts.md.
 */
export const PART_BYTES = 128 * 1024 * 1024;

/**
 * Compacts the closed hours of a range that have changed since they were compacted, very busy ones in parts. A part for which
 * something is landed after all is compacted again, and so are the parts and the hour after it, which leave out what it has.
 * What fails is left as it is and reported, and the hours after it are compacted.
 *
 * @param from - epoch milliseconds, in the first hour
 * @param to - in the last hour, which is left out while it is not closed
 * @throws what the state table and the listing of the lake answer
 */
export async function compactLake(context: CompactContext, from: number, to: number): Promise<CompactReport> {
  const open = hourOf(context.now() - SETTLED_MS);
  const [first, last] = [hourOf(from), Math.min(hourOf(to), hourOf(open - 1))];
  const report = { done: [] as CompactedPart[], failed: [] as FailedPart[], unfinished: false };
  if (last < first) return report;
  const marks = await context.marks.between(hourName(first - 1), hourName(last));
  const raw = await listHours(context, first, last);
  for (let hour = first; hour <= last; hour = nextHour(hour)) {
    const known = marks.get(hourName(hour));
    const objects = raw.get(hour) ?? [];
    if (objects.length === 0 && known === undefined) continue;
    const hourBefore = ownOf(marks.get(hourName(hour - 1)));
    const parts = new Map(known?.parts);
    const bounds = known?.bounds ?? (await cut(context, hour, objects));
    report.unfinished = !(await compactHour(context, { hour, objects, bounds, parts, hourBefore }, report));
    marks.set(hourName(hour), { bounds, parts });
    if (report.unfinished) break;
  }
  return report;
}

const cut = ({ marks, partBytes = PART_BYTES }: CompactContext, hour: number, objects: ListedObject[]) =>
  marks.cut(hourName(hour), cutIntoParts(objects, partBytes));

interface Hour {
  readonly hour: number;
  readonly objects: readonly ListedObject[];
  readonly bounds: readonly string[];
  /** Marks by number of the part: kept up to date. */
  readonly parts: Map<number, Mark>;
  /** Fingerprint of the hour before. */
  readonly hourBefore: string;
}

/** @returns whether there was time for all of its parts */
async function compactHour(
  context: CompactContext,
  { hour, objects, bounds, parts, hourBefore }: Hour,
  report: { readonly done: CompactedPart[]; readonly failed: FailedPart[] },
): Promise<boolean> {
  const name = hourName(hour);
  for (const [number, raw] of byPart(objects, bounds).entries()) {
    const mark = parts.get(number);
    try {
      if (mark !== undefined && raw.length < mark.objects) {
        throw new RawObjectsGone(
          `part ${number} of hour ${name} was compacted from ${mark.objects} raw objects; ${raw.length} are left`,
        );
      }
      const own = fingerprintOf(raw);
      const before = combined([hourBefore, ...ownsBefore(parts, number)]);
      if (raw.length === 0 || (own === mark?.own && before === mark.before)) continue;
      if (context.remaining() < MIN_REMAINING_MS) return false;
      const part: Part = {
        hour,
        number,
        after: bounds[number - 1] ?? '',
        upTo: bounds[number] ?? '',
        raw,
      };
      const types = await compactPart(context, part);
      const now: Mark = { own, before, objects: raw.length };
      await context.marks.set(name, number, now);
      parts.set(number, now);
      const rawBytes = raw.reduce((sum, { size }) => sum + size, 0);
      report.done.push({
        hour: name,
        part: number,
        rawObjects: raw.length,
        rawBytes,
        types: Object.fromEntries(types),
      });
    } catch (error) {
      report.failed.push({ hour: name, part: number, error });
    }
  }
  return true;
}

const ownsBefore = (parts: ReadonlyMap<number, Mark>, number: number): string[] =>
  Array.from({ length: number }, (_, index) => parts.get(index)?.own ?? '');

/** Fingerprint of all of an hour, as far as it was compacted; empty where it was not. */
const ownOf = (marks: HourMarks | undefined): string =>
  marks === undefined || marks.parts.size === 0
    ? ''
    : combined(ownsBefore(marks.parts, marks.bounds.length + 1));

/** The raw objects of each hour of a range. */
async function listHours(
  { objects }: CompactContext,
  first: number,
  last: number,
): Promise<Map<number, ListedObject[]>> {
  const hours = new Map<number, ListedObject[]>();
  const days = new Set<string>();
  for (let hour = first; hour <= last; hour = nextHour(hour)) days.add(partitionOf(hour).day);
  for (const day of days) {
    for (const object of await objects.list(`${RAW_PREFIX}dt=${day}/`)) {
      const hour = hourOfRawKey(object.key);
      if (hour === undefined) continue;
      const known = hours.get(hour);
      if (known === undefined) hours.set(hour, [object]);
      else known.push(object);
    }
  }
  return hours;
}
