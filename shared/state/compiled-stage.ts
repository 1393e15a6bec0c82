import type { Session, WindowStage } from '../pipeline/index.ts';
import { compilePlan } from '../windows/plan.ts';
import type { WindowPlan } from '../windows/types.ts';

/** A window stage ready to run. */
export interface CompiledStage {
  readonly stage: WindowStage;
  readonly plan: WindowPlan;
  /** The stage's windows, where they are sessions. */
  readonly session: Session | undefined;
  /**
   * How long after a window's end, in milliseconds of event time, it may still change. The allowed lateness; a session also takes what
   * follows it within the gap, and that may come as late.
   */
  readonly closingDelay: number;
}

export function compileStage(stage: WindowStage): CompiledStage {
  const session = stage.window.kind === 'session' ? stage.window : undefined;
  const closingDelay = stage.allowedLateness + (session?.gap ?? 0);
  return { stage, plan: compilePlan(stage), session, closingDelay };
}
