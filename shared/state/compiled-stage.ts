import type { WindowStage } from '../pipeline/index.ts';
import { compilePlan } from '../windows/plan.ts';
import type { WindowPlan } from '../windows/types.ts';

/** A window stage ready to run. */
export interface CompiledStage {
  readonly stage: WindowStage;
  readonly plan: WindowPlan;
}

export const compileStage = (stage: WindowStage): CompiledStage => ({ stage, plan: compilePlan(stage) });
