import { parseEventTime } from '../events/time.ts';
import type { WindowStage } from '../pipeline/index.ts';
import { compilePlan } from '../windows/plan.ts';
import { exampleOf } from './examples.ts';
import { EXAMPLE_TIME } from './rehearsal.ts';

/**
 * The window that a stage makes of its type's example, computed by the code that computes all windows; `undefined` where it
 * reads what another stage makes.
 */
export function windowExample(stage: WindowStage): unknown {
  const { from, key, window } = stage;
  const data = from.kind === 'type' && window.kind !== 'session' ? exampleOf(from) : undefined;
  if (data === undefined) return undefined;
  const time = parseEventTime(data[stage.input.time]) ?? EXAMPLE_TIME;
  const plan = compilePlan(stage);
  const slice = plan.windows.sliceOf(time);
  const [span] = plan.windows.windowsOf(slice);
  if (span === undefined) return undefined;
  const name = typeof key === 'string' ? String(data[key]) : 'all';
  const delta = plan.createDelta();
  delta.add(slice, name, data, time);
  const merge = plan.createMerge();
  plan.read(delta.encode()).mergeInto(slice, merge);
  return {
    key: name,
    start: new Date(span.start).toISOString(),
    end: new Date(span.end).toISOString(),
    revision: 0,
    final: false,
    values: merge.valuesOf(name, span.start),
  };
}
