import { z } from 'zod';
import {
  calendar,
  count,
  cumulative,
  type Duration,
  type Emission,
  early,
  eventType,
  type FilterStage,
  final,
  hopping,
  max,
  session,
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
  /** Whether a window is emitted only when it closes. */
  readonly once: boolean;
  /** Of sessions: the windows above then only say when slices close, and results are chained from all events of a key. */
  readonly session: { readonly gap: number; readonly resolution: number } | undefined;
}

export const reading = eventType('reading', {
  description: 'an amount for a key',
  schema: z.object({ key: z.string(), amount: z.int(), at: z.int() }),
  time: 'at',
  key: 'key',
});

/** Windows of `length` that start at every multiple of `period`. */
export const periodic =
  (period: number, ...lengths: number[]): Definition =>
  (time) =>
    lengths.flatMap((length) => {
      const windows: [number, number][] = [];
      for (let start = Math.floor(time / period) * period; start > time - length; start -= period) {
        windows.push([start, start + length]);
      }
      return windows;
    });

interface Options {
  readonly window: WindowSpec;
  readonly windowsOf: Definition;
  readonly span: number;
  readonly allowedLateness: Duration;
  readonly emit?: Emission;
  readonly pace?: number;
  /** The last of the filters before it, if there are any. */
  readonly from?: FilterStage;
}

export function chaosStage(name: string, options: Options): ChaosStage {
  const { window, windowsOf, span, allowedLateness, emit, pace = MINUTE, from } = options;
  const stage = windowStage(name, {
    description: 'total per key',
    from: (from as typeof reading | undefined) ?? reading,
    key: 'key',
    window,
    outOfOrderness: '10 seconds',
    allowedLateness,
    emit,
    values: { total: sum('amount'), events: count(), highest: max('amount') },
  });
  return {
    name,
    compiled: compileStage(stage),
    windowsOf,
    lateness: stage.allowedLateness,
    span,
    pace,
    once: emit?.kind === 'final',
    session: window.kind === 'session' ? window : undefined,
  };
}

export const minutes = { window: tumbling('1 minute'), windowsOf: periodic(MINUTE, MINUTE), span: MINUTE };
export const hops = {
  window: hopping('3 minutes', '1 minute'),
  windowsOf: periodic(MINUTE, 3 * MINUTE),
  span: 3 * MINUTE,
};

/** Sessions of a minute's gap, kept in quarters of it: what begins in one may end within another such quarter after the gap. */
export const sessions = {
  window: session('1 minute', { resolution: '15 seconds' }),
  windowsOf: (time: number) => {
    const slice = Math.floor(time / 15_000) * 15_000;
    return [[slice + MINUTE, slice + MINUTE + 15_000]] as const;
  },
  span: 2 * MINUTE,
};

export const STAGES: readonly ChaosStage[] = [
  chaosStage('tumbling', { ...minutes, allowedLateness: '1 minute' }),
  chaosStage('strict', { ...minutes, allowedLateness: '0 milliseconds' }),
  chaosStage('early', { ...minutes, allowedLateness: '1 minute', emit: early('20 seconds') }),
  chaosStage('hopping', { ...hops, allowedLateness: '1 minute' }),
  chaosStage('once', { ...hops, allowedLateness: '20 seconds', emit: final() }),
  chaosStage('uneven', {
    window: hopping('3 minutes', '2 minutes'),
    windowsOf: periodic(2 * MINUTE, 3 * MINUTE),
    span: 3 * MINUTE,
    allowedLateness: '0 milliseconds',
  }),
  chaosStage('gaps', {
    window: hopping('1 minute', '2 minutes'),
    windowsOf: periodic(2 * MINUTE, MINUTE),
    span: MINUTE,
    allowedLateness: '1 minute',
  }),
  chaosStage('cumulative', {
    window: cumulative('4 minutes', '1 minute'),
    windowsOf: periodic(4 * MINUTE, MINUTE, 2 * MINUTE, 3 * MINUTE, 4 * MINUTE),
    span: 4 * MINUTE,
    allowedLateness: '0 milliseconds',
  }),
  chaosStage('sessions', { ...sessions, allowedLateness: '1 minute' }),
  chaosStage('quick-sessions', { ...sessions, allowedLateness: '0 milliseconds' }),
  chaosStage('final-sessions', { ...sessions, allowedLateness: '20 seconds', emit: final() }),
  chaosStage('calendar', {
    window: calendar('hour', 'Europe/Berlin'),
    windowsOf: periodic(HOUR, HOUR),
    span: HOUR,
    allowedLateness: '30 minutes',
    pace: 20 * MINUTE,
  }),
];
