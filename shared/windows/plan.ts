import type { WindowStage } from '../pipeline/index.ts';
import { createAssigner } from './assigner.ts';
import { layoutOf } from './columns.ts';
import { compileResult } from './compile-result.ts';
import { compileDelta } from './delta.ts';
import { Fingerprint } from './fingerprint.ts';
import { TableMerge } from './merge.ts';
import { readDelta } from './reader.ts';
import type { WindowPlan } from './types.ts';

/** The text of a key and its place in the index. */
const KEY_BYTES = 120;
/** A sketch with some hundred values. */
const SKETCH_BYTES = 2_000;

/** Compiles a window stage for execution; takes about a millisecond, so do it once per function and not per batch. */
export function compilePlan(stage: WindowStage): WindowPlan {
  const layout = layoutOf(stage);
  const fingerprint = new Fingerprint(stage, layout);
  const result = compileResult(layout);
  const sketches = layout.columns.flatMap(({ sketch }) => sketch ?? []);
  return {
    windows: createAssigner(stage.window),
    unordered: sketches.every(({ ordered }) => ordered !== true),
    keyBytes:
      KEY_BYTES + layout.initial.length * Float64Array.BYTES_PER_ELEMENT + sketches.length * SKETCH_BYTES,
    createDelta: compileDelta(layout, fingerprint),
    read: (bytes) => readDelta(bytes, layout, fingerprint),
    createMerge: (bucket) => new TableMerge(layout, fingerprint, result, bucket),
  };
}
