import type { WindowStage } from '../pipeline/index.ts';
import { tickAt } from './ticks.ts';
import type { WindowAssigner } from './types.ts';

/**
 * What event time has last passed at which something of a stage may have become due: the end of a slice, the end of a slice and
 * the allowed lateness, a tick of early emission. Between two times with equal moments nothing becomes due by time.
 */
export function momentsAt(windows: WindowAssigner, stage: WindowStage, time: number): readonly number[] {
  const { allowedLateness, emit } = stage;
  const slice = windows.sliceOf(time);
  const moments = [slice, windows.sliceOf(time - allowedLateness)];
  if (emit.kind !== 'early' || !Number.isFinite(time)) return moments;
  const ticks = windows.windowsOf(slice).flatMap((window) => tickAt(window, emit.every, time)?.time ?? []);
  return [...moments, Math.max(...ticks)];
}

/** Whether something may become due between two times. */
export const isMomentBetween = (
  windows: WindowAssigner,
  stage: WindowStage,
  before: number,
  after: number,
): boolean => {
  const earlier = momentsAt(windows, stage, before);
  return (
    after > before && momentsAt(windows, stage, after).some((moment, index) => moment !== earlier[index])
  );
};
