import { z } from 'zod';
import {
  calendar,
  count,
  cumulative,
  type Duration,
  eventType,
  hopping,
  max,
  sum,
  tumbling,
  type WindowSpec,
  windowStage,
} from '../../../shared/pipeline/index.ts';
import { type CompiledStage, compileStage } from '../../../shared/state/compiled-stage.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
/** Event time at which schedules begin: the hours before and after it are in one offset from UTC in Berlin. */
export const START = Date.UTC(2026, 0, 1);
export const OUT_OF_ORDERNESS = 10_000;
export const MAX_AHEAD = 30 * MINUTE;

/** The windows, [start, end), that an event time belongs to. */
export type Definition = (time: number) => readonly (readonly [start: number, end: number])[];

/** A stage to test, with what its windows are: written down without any of the code under test. */
export interface ChaosStage {
  readonly name: string;
  readonly compiled: CompiledStage;
  readonly windowsOf: Definition;
  readonly lateness: number;
  /** Length of the longest window. */
  readonly span: number;
  /** Event time that matters for the stage: what schedules let pass is given in it. */
  readonly pace: number;
}

export const reading = eventType('reading', {
  description: 'an amount for a key',
  schema: z.object({ key: z.string(), amount: z.int(), at: z.int() }),
  time: 'at',
  key: 'key',
});

/** Windows of `length` that start at every multiple of `period`. */
const periodic =
  (period: number, ...lengths: number[]): Definition =>
  (time) =>
    lengths.flatMap((length) => {
      const windows: [number, number][] = [];
      for (let start = Math.floor(time / period) * period; start > time - length; start -= period) {
        windows.push([start, start + length]);
      }
      return windows;
    });

function chaosStage(
  name: string,
  window: WindowSpec,
  windowsOf: Definition,
  span: number,
  allowedLateness: Duration,
  pace: number,
): ChaosStage {
  const stage = windowStage(name, {
    description: 'total per key',
    from: reading,
    key: 'key',
    window,
    outOfOrderness: '10 seconds',
    allowedLateness,
    values: { total: sum('amount'), events: count(), highest: max('amount') },
  });
  return { name, compiled: compileStage(stage), windowsOf, lateness: stage.allowedLateness, span, pace };
}

const minutely = periodic(MINUTE, MINUTE);

export const STAGES: readonly ChaosStage[] = [
  chaosStage('tumbling', tumbling('1 minute'), minutely, MINUTE, '10 minutes', MINUTE),
  chaosStage('strict', tumbling('1 minute'), minutely, MINUTE, '0 milliseconds', MINUTE),
  chaosStage(
    'hopping',
    hopping('3 minutes', '1 minute'),
    periodic(MINUTE, 3 * MINUTE),
    3 * MINUTE,
    '2 minutes',
    MINUTE,
  ),
  chaosStage(
    'uneven',
    hopping('3 minutes', '2 minutes'),
    periodic(2 * MINUTE, 3 * MINUTE),
    3 * MINUTE,
    '1 minute',
    MINUTE,
  ),
  chaosStage(
    'gaps',
    hopping('1 minute', '2 minutes'),
    periodic(2 * MINUTE, MINUTE),
    MINUTE,
    '5 minutes',
    MINUTE,
  ),
  chaosStage(
    'cumulative',
    cumulative('4 minutes', '1 minute'),
    periodic(4 * MINUTE, MINUTE, 2 * MINUTE, 3 * MINUTE, 4 * MINUTE),
    4 * MINUTE,
    '3 minutes',
    MINUTE,
  ),
  chaosStage(
    'calendar',
    calendar('hour', 'Europe/Berlin'),
    periodic(HOUR, HOUR),
    HOUR,
    '30 minutes',
    20 * MINUTE,
  ),
];
