import { formatDuration } from './duration.ts';
import type { WindowStage } from './stage.ts';
import type { CalendarUnit, WindowSpec } from './window-spec.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Clocks that are set back, by an hour in most places, and by a day where the date line was moved. */
const CHANGE = DAY;
const LONGEST: Readonly<Record<CalendarUnit, number>> = {
  hour: HOUR,
  day: DAY + CHANGE,
  week: 7 * DAY + CHANGE,
  month: 31 * DAY + CHANGE,
};

/** How long most sessions are at most, in gaps: they have no limit. */
const SESSION_GAPS = 10;

/** No window of a declaration is longer than this, in milliseconds, but a session, of which few are. */
export function longestWindow(spec: WindowSpec): number {
  switch (spec.kind) {
    case 'calendar':
      return LONGEST[spec.unit];
    case 'session':
      return SESSION_GAPS * spec.gap;
    default:
      return spec.size;
  }
}

/**
 * How long after an event's arrival, in milliseconds, a window that it is in becomes final at most, while others arrive in time: the
 * event may be ahead of its arrival, and the watermark stays behind the events by their out-of-orderness.
 */
export const longestDelay = ({ input, window, outOfOrderness, allowedLateness }: WindowStage): number =>
  input.maxAhead + longestWindow(window) + outOfOrderness + allowedLateness;

/** From the end of one window to the end of the next, in milliseconds: at most this while windows without events count too. */
export function windowPace(spec: WindowSpec): number {
  switch (spec.kind) {
    case 'tumbling':
      return spec.size;
    case 'hopping':
      return spec.slide;
    case 'cumulative':
      return spec.step;
    case 'calendar':
      return LONGEST[spec.unit];
    case 'session':
      return spec.resolution;
  }
}

/**
 * How long the intervals are that state is kept for, in milliseconds, where they differ the usual length: every window is a whole
 * number of slices, and no slice lies partly inside a window.
 */
export function sliceLength(spec: WindowSpec): number {
  switch (spec.kind) {
    case 'tumbling':
      return spec.size;
    case 'hopping':
      return spec.size % spec.slide === 0 ? spec.slide : spec.slide / 2;
    case 'cumulative':
      return spec.step;
    case 'calendar':
      return { hour: HOUR, day: DAY, week: 7 * DAY, month: 30 * DAY }[spec.unit];
    case 'session':
      return spec.resolution;
  }
}

/** How many windows an event may belong to. */
export function overlapOf(spec: WindowSpec): number {
  switch (spec.kind) {
    case 'hopping':
      return Math.ceil(spec.size / spec.slide);
    case 'cumulative':
      return spec.size / spec.step;
    default:
      return 1;
  }
}

/** A cut into windows in words. */
export function describeWindow(spec: WindowSpec): string {
  switch (spec.kind) {
    case 'tumbling':
      return `tumbling, ${formatDuration(spec.size)}${shift(spec.offset)}`;
    case 'hopping':
      return `hopping, ${formatDuration(spec.size)} every ${formatDuration(spec.slide)}${shift(spec.offset)}`;
    case 'cumulative':
      return `cumulative, up to ${formatDuration(spec.size)} by ${formatDuration(spec.step)}${shift(spec.offset)}`;
    case 'calendar':
      return `calendar, each ${spec.unit} in ${spec.timeZone}`;
    case 'session':
      return `session, until ${formatDuration(spec.gap)} have passed without an event`;
  }
}

const shift = (offset: number): string => (offset === 0 ? '' : `, from ${formatDuration(offset)}`);
