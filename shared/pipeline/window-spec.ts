import { type Duration, durationMs } from './duration.ts';

/** Windows of one fixed length that follow each other without gap: [start, start + size), aligned to the epoch plus offset. */
export interface Tumbling {
  readonly kind: 'tumbling';
  /** Length in milliseconds. */
  readonly size: number;
  /** Shift of the boundaries from the epoch, in milliseconds. */
  readonly offset: number;
}

/** How a window stage cuts event time into windows. */
export type WindowSpec = Tumbling;

/** Tumbling windows: `tumbling('1 minute')`, or shifted: `tumbling('1 day', { offset: '6 hours' })`. */
export function tumbling(size: Duration, options: { readonly offset?: Duration } = {}): Tumbling {
  return { kind: 'tumbling', size: durationMs(size), offset: durationMs(options.offset ?? '0 milliseconds') };
}
