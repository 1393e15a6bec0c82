import type { WindowSpec } from '../pipeline/index.ts';
import { calendarAssigner } from './calendar.ts';
import { cumulativeAssigner } from './cumulative.ts';
import { hoppingAssigner } from './hopping.ts';
import { sessionAssigner } from './session.ts';
import { tumblingAssigner } from './tumbling.ts';
import type { WindowAssigner } from './types.ts';

/** The arithmetic of a declared kind of window. */
export function createAssigner(spec: WindowSpec): WindowAssigner {
  switch (spec.kind) {
    case 'tumbling':
      return tumblingAssigner(spec);
    case 'hopping':
      return hoppingAssigner(spec);
    case 'cumulative':
      return cumulativeAssigner(spec);
    case 'calendar':
      return calendarAssigner(spec);
    case 'session':
      return sessionAssigner(spec);
  }
}

/**
 * The cut of event time as text: state may be shared only by declarations whose texts are equal. Equal slices are not
 * enough: how long they are kept, and which windows have fired, follows from the windows.
 */
export function describeSlices(spec: WindowSpec): string {
  switch (spec.kind) {
    case 'tumbling':
      return `slices of ${spec.size} ms from ${spec.offset} ms`;
    case 'hopping':
      return `windows of ${spec.size} ms every ${spec.slide} ms from ${spec.offset} ms, in pairs`;
    case 'cumulative':
      return `windows growing to ${spec.size} ms by ${spec.step} ms from ${spec.offset} ms`;
    case 'calendar':
      return `windows of each ${spec.unit} in ${spec.timeZone}`;
    case 'session':
      return `sessions with gaps of ${spec.gap} ms in slices of ${spec.resolution} ms`;
  }
}
