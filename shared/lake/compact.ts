import { createHash } from 'node:crypto';
import { compactHour, type HourContext } from './compact-hour.ts';
import type { CompactionMarks, Mark } from './compaction-marks.ts';
import { hourName, hourOf, hourOfRawKey, nextHour, partitionOf, RAW_PREFIX } from './layout.ts';
import type { ListedObject } from './object-store.ts';

/** What compaction works with. */
export interface CompactContext extends HourContext {
  readonly marks: Pick<CompactionMarks, 'between' | 'set'>;
  readonly now: () => number;
  /** Milliseconds left to work: no hour is begun with too little. */
  readonly remaining: () => number;
}

/** What one run has done with one hour. */
export interface CompactedHour {
  readonly hour: string;
  readonly rawObjects: number;
  readonly rawBytes: number;
  /** Event type -> rows of its file. */
  readonly rows: Readonly<Record<string, number>>;
}

/** Raw objects that were compacted are not there any more: the curated files must not follow. */
export class RawObjectsGone extends Error {
  override readonly name = 'RawObjectsGone';
}

/** How long after its end an hour is left alone: what arrived in it is landed by then, as a rule. */
const SETTLED_MS = 300_000;
const MIN_REMAINING_MS = 120_000;

/**
 * Compacts the closed hours of a range that have changed since they were compacted. An hour for which something is landed after
 * all is compacted again, and so is the one after it, which leaves out what the hour before has.
 *
 * @param from - epoch milliseconds, in the first hour
 * @param to - in the last hour, which is left out while it is not closed
 * @throws RawObjectsGone
 */
export async function compactLake(
  context: CompactContext,
  from: number,
  to: number,
): Promise<CompactedHour[]> {
  const open = hourOf(context.now() - SETTLED_MS);
  const [first, last] = [hourOf(from), Math.min(hourOf(to), hourOf(open - 1))];
  const done: CompactedHour[] = [];
  if (last < first) return done;
  const marks = await context.marks.between(hourName(first - 1), hourName(last));
  const raw = await listHours(context, first, last);
  for (let hour = first; hour <= last; hour = nextHour(hour)) {
    const objects = raw.get(hour) ?? [];
    const name = hourName(hour);
    const mark = marks.get(name);
    if (mark !== undefined && objects.length < mark.objects) {
      throw new RawObjectsGone(
        `hour ${name} was compacted from ${mark.objects} raw objects; ${objects.length} are left`,
      );
    }
    const own = fingerprintOf(objects);
    const before = marks.get(hourName(hour - 1))?.own ?? '';
    if (objects.length === 0 || (own === mark?.own && before === mark.before)) continue;
    if (context.remaining() < MIN_REMAINING_MS) break;
    const rows = await compactHour(context, hour, objects);
    const now: Mark = { own, before, objects: objects.length };
    await context.marks.set(name, now);
    marks.set(name, now);
    done.push({
      hour: name,
      rawObjects: objects.length,
      rawBytes: objects.reduce((sum, { size }) => sum + size, 0),
      rows: Object.fromEntries(rows),
    });
  }
  return done;
}

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

/** Tells apart what an hour can be compacted from. */
function fingerprintOf(objects: readonly ListedObject[]): string {
  const hash = createHash('sha256');
  for (const { key, etag } of objects) hash.update(`${key}\0${etag}\0`);
  return hash.digest('hex');
}
