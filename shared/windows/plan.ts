import type { WindowStage } from '../pipeline/index.ts';
import { createAssigner } from './assigner.ts';
import { layoutOf } from './columns.ts';
import { compileResult } from './compile-result.ts';
import { compileDelta } from './delta.ts';
import { Fingerprint } from './fingerprint.ts';
import { TableMerge } from './merge.ts';
import { readDelta } from './reader.ts';
import type { WindowPlan } from './types.ts';

/** Compiles a window stage for execution; takes about a millisecond, so do it once per function and not per batch. */
export function compilePlan(stage: WindowStage): WindowPlan {
  const layout = layoutOf(stage);
  const fingerprint = new Fingerprint(stage, layout);
  const result = compileResult(layout);
  return {
    windows: createAssigner(stage.window),
    createDelta: compileDelta(layout, fingerprint),
    read: (bytes) => readDelta(bytes, layout, fingerprint),
    createMerge: (bucket) => new TableMerge(layout, fingerprint, result, bucket),
  };
}
