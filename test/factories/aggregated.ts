import type { Aggregate } from '../../shared/pipeline/index.ts';
import { compilePlan } from '../../shared/windows/plan.ts';
import { type SampleData, sampleData, sampleStage } from './window-stages.ts';

/** The value of one aggregate over events a second apart, through an encoded delta; the window starts at zero. */
export function aggregated(aggregate: Aggregate, ...events: readonly SampleData[]) {
  const plan = compilePlan(sampleStage({ value: aggregate }));
  const delta = plan.createDelta();
  for (const [second, data] of events.entries()) delta.add(0, 'k', sampleData(data), second * 1000);
  const merge = plan.createMerge();
  plan.read(delta.encode()).mergeInto(0, merge);
  return merge.valuesOf('k', 0)?.value;
}
