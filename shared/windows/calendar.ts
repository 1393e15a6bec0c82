import type { Calendar, CalendarUnit } from '../pipeline/index.ts';
import type { Window, WindowAssigner } from './types.ts';
import { Zone } from './zone.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The epoch was a Thursday. */
const MONDAY = 4 * DAY;
/** Windows whose bounds are remembered: a month of hours, or a year of days with room to spare. */
const REMEMBERED = 1_024;

/** Calendar windows: one slice is one window, and how long it is depends on where it lies. */
export function calendarAssigner({ unit, timeZone }: Calendar): WindowAssigner {
  const zone = new Zone(timeZone);
  const remembered = new Memory((time) =>
    unit === 'hour' ? hourOf(zone, time) : periodOf(zone, unit, time),
  );
  return {
    sliceOf: (time) => remembered.windowOf(time).start,
    sliceEnd: (slice) => remembered.windowOf(slice).end,
    windowsOf: (slice) => [remembered.windowOf(slice)],
    lastEnd: (slice) => remembered.windowOf(slice).end,
    slicesOf: ({ start }) => [start],
  };
}

/** From one full hour on the clocks to the next, or to when they are changed. */
function hourOf(zone: Zone, time: number): Window {
  const offset = zone.offsetAt(time);
  const start = floor(time + offset, HOUR) - offset;
  const end = start + HOUR;
  return {
    start: zone.offsetAt(start) === offset ? start : zone.changeIn(start, time),
    end: zone.offsetAt(end - 1) === offset ? end : zone.changeIn(time, end - 1),
  };
}

/**
 * From the first instant of one date to the first instant of another. Clocks that are set back over midnight show the old date
 * once more: that hour belongs to the new one, which has begun. A date that was left out where the date line was moved has no
 * window.
 */
function periodOf(zone: Zone, unit: Exclude<CalendarUnit, 'hour'>, time: number): Window {
  let local = firstDate(unit, time + zone.offsetAt(time));
  let start = zone.firstAt(local);
  for (;;) {
    local = nextDate(unit, local);
    const end = zone.firstAt(local);
    if (end > time) return { start, end };
    start = end;
  }
}

const floor = (value: number, unit: number): number => Math.floor(value / unit) * unit;

function firstDate(unit: Exclude<CalendarUnit, 'hour'>, local: number): number {
  if (unit === 'day') return floor(local, DAY);
  if (unit === 'week') return floor(local - MONDAY, 7 * DAY) + MONDAY;
  return floor(new Date(local).setUTCDate(1), DAY);
}

function nextDate(unit: Exclude<CalendarUnit, 'hour'>, first: number): number {
  if (unit === 'day') return first + DAY;
  if (unit === 'week') return first + 7 * DAY;
  return new Date(first).setUTCMonth(new Date(first).getUTCMonth() + 1);
}

/** Windows by start, found by bisection: batches may hold events of many of them in any order. */
class Memory {
  readonly #find: (time: number) => Window;
  #windows: Window[] = [];
  #last: Window = { start: 0, end: 0 };

  constructor(find: (time: number) => Window) {
    this.#find = find;
  }

  windowOf(time: number): Window {
    if (time >= this.#last.start && time < this.#last.end) return this.#last;
    // A watermark that is not known yet lies before all windows.
    if (!Number.isFinite(time)) return { start: time, end: time };
    const after = this.#firstAfter(time);
    let window = this.#windows[after - 1];
    if (window === undefined || time >= window.end) {
      window = this.#find(time);
      if (this.#windows.length < REMEMBERED) this.#windows.splice(after, 0, window);
      else this.#windows = [window];
    }
    this.#last = window;
    return window;
  }

  /** Index of the first window that starts after a time. */
  #firstAfter(time: number): number {
    let [low, high] = [0, this.#windows.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#windows[middle] as Window).start <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
