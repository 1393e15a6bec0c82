import { type Duration, durationMs } from './duration.ts';

/** Windows of one fixed length that follow each other without gap: [start, start + size), aligned to the epoch plus offset. */
export interface Tumbling {
  readonly kind: 'tumbling';
  /** Length in milliseconds. */
  readonly size: number;
  /** Shift of the boundaries from the epoch, in milliseconds. */
  readonly offset: number;
}

/**
 * Windows of one fixed length that begin at regular intervals: [offset + k * slide, offset + k * slide + size). They overlap
 * where the slide is shorter than the size. Where it is longer they leave gaps: an event in a gap belongs to no window. It is
 * counted nowhere, not even as late, and only moves the stage's time on.
 */
export interface Hopping {
  readonly kind: 'hopping';
  /** Length in milliseconds. */
  readonly size: number;
  /** From the start of one window to the start of the next, in milliseconds. */
  readonly slide: number;
  /** Shift of the starts from the epoch, in milliseconds. */
  readonly offset: number;
}

/** Windows that share a start and grow by a step up to a maximum, then begin anew: [start, start + step), [start, start + 2 * step)... */
export interface Cumulative {
  readonly kind: 'cumulative';
  /** Length of the longest of them, in milliseconds: a multiple of the step. */
  readonly size: number;
  /** By how much each is longer than the one before, in milliseconds. */
  readonly step: number;
  /** Shift of the starts from the epoch, in milliseconds. */
  readonly offset: number;
}

/** What a calendar window is as long as. Weeks begin on Monday (ISO 8601). */
export type CalendarUnit = 'hour' | 'day' | 'week' | 'month';

/**
 * Windows that follow the clocks and calendars of a place: a day there is 23 or 25 hours long when the clocks are changed. A
 * day, week or month begins at the first instant at which the clocks there show its first date. An hour begins when they
 * show a full hour and when they are changed: the two hours after 2 o'clock of an autumn night are two windows.
 */
export interface Calendar {
  readonly kind: 'calendar';
  readonly unit: CalendarUnit;
  /** Name in the IANA time zone database, such as `Europe/Berlin`. */
  readonly timeZone: string;
}

/**
 * Windows that a key's own events make: a session goes on while no two neighbours of them lie further apart than the gap, and ends
 * a gap after the last one. An event exactly at the end of a session still belongs to it.
 */
export interface Session {
  readonly kind: 'session';
  /** In milliseconds. */
  readonly gap: number;
  /** How long after its end, at most, a session is emitted, in milliseconds: a whole number of them is the gap. */
  readonly resolution: number;
}

/** How a window stage cuts event time into windows. */
export type WindowSpec = Tumbling | Hopping | Cumulative | Calendar | Session;

/** The options of windows that are aligned to the epoch. */
export interface Alignment {
  readonly offset?: Duration;
}

const offsetOf = ({ offset = '0 milliseconds' }: Alignment): number => durationMs(offset);

/** Tumbling windows: `tumbling('1 minute')`, or shifted: `tumbling('1 day', { offset: '6 hours' })`. */
export function tumbling(size: Duration, alignment: Alignment = {}): Tumbling {
  return { kind: 'tumbling', size: durationMs(size), offset: offsetOf(alignment) };
}

/** Hopping windows: `hopping('5 minutes', '1 minute')` are five minutes long and begin every minute. */
export function hopping(size: Duration, slide: Duration, alignment: Alignment = {}): Hopping {
  return { kind: 'hopping', size: durationMs(size), slide: durationMs(slide), offset: offsetOf(alignment) };
}

/** Cumulative windows: `cumulative('1 day', '1 hour')` is each day up to every full hour of it. */
export function cumulative(size: Duration, step: Duration, alignment: Alignment = {}): Cumulative {
  return { kind: 'cumulative', size: durationMs(size), step: durationMs(step), offset: offsetOf(alignment) };
}

/** Calendar windows: `calendar('day', 'Europe/Berlin')`. */
export function calendar(unit: CalendarUnit, timeZone: string): Calendar {
  return { kind: 'calendar', unit, timeZone };
}

/** The options of {@link session}. */
export interface SessionOptions {
  /** By default a quarter of the gap, or the next smaller part that is whole milliseconds. */
  readonly resolution?: Duration;
}

/** Sessions: `session('30 minutes')` ends when nothing of a key has come for half an hour of event time. */
export function session(gap: Duration, { resolution }: SessionOptions = {}): Session {
  const ms = durationMs(gap);
  return {
    kind: 'session',
    gap: ms,
    resolution: resolution === undefined ? resolutionOf(ms) : durationMs(resolution),
  };
}

const PARTS = 4;
const MOST_PARTS = 60;

/** A part of the gap in whole milliseconds, about a quarter. A gap that has none, such as one of a prime number, is not divided. */
function resolutionOf(gap: number): number {
  for (let parts = PARTS; parts <= MOST_PARTS; parts++) if (gap % parts === 0) return gap / parts;
  return gap;
}
