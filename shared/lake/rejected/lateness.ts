import type { StreamEvent } from '../../events/types.ts';
import type { Pipeline, WindowStage } from '../../pipeline/index.ts';
import { createAssigner } from '../../windows/assigner.ts';

/** How many events that are put back come too late for a stage's windows. */
export interface LateCount {
  readonly stage: string;
  readonly events: number;
  readonly late: number;
}

/** The data's own watermark of a stage, epoch milliseconds; `undefined` where the stage has none yet. */
export type WatermarkOf = (stage: string) => number | undefined;

/**
 * Counts which events that are put back are too late to be counted by the window stages that read their type: they land in the lake
 * and in the late output, as any late event does.
 */
export class LateCounter {
  readonly #stages: readonly { readonly stage: WindowStage; readonly isLate: (time: number) => boolean }[];
  readonly #counts = new Map<string, { events: number; late: number }>();

  constructor(pipelines: readonly Pipeline[], watermarkOf: WatermarkOf) {
    this.#stages = pipelines
      .flatMap(({ stages }) => stages)
      .filter((stage) => stage.kind === 'window')
      .map((stage) => ({ stage, isLate: lateness(stage, watermarkOf(stage.name)) }));
  }

  add({ type, time }: StreamEvent): void {
    for (const { stage, isLate } of this.#stages) {
      if (stage.input.name !== type) continue;
      const count = this.#counts.get(stage.name) ?? { events: 0, late: 0 };
      count.events++;
      if (isLate(time)) count.late++;
      this.#counts.set(stage.name, count);
    }
  }

  /** The stages that any event is too late for. */
  get late(): LateCount[] {
    return [...this.#counts].map(([stage, count]) => ({ stage, ...count })).filter(({ late }) => late > 0);
  }
}

function lateness(stage: WindowStage, watermark: number | undefined): (time: number) => boolean {
  if (watermark === undefined) return () => false;
  const windows = createAssigner(stage.window);
  const delay = stage.allowedLateness + (stage.window.kind === 'session' ? stage.window.gap : 0);
  return (time) => {
    const end = windows.lastEnd(windows.sliceOf(time));
    // Between two windows there is nothing to be late for.
    return end !== Number.NEGATIVE_INFINITY && end + delay <= watermark;
  };
}
