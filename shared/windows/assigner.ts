import type { WindowSpec } from '../pipeline/index.ts';
import { tumblingAssigner } from './tumbling.ts';
import type { WindowAssigner } from './types.ts';

/** The arithmetic of a declared kind of window. */
export function createAssigner(spec: WindowSpec): WindowAssigner {
  switch (spec.kind) {
    case 'tumbling':
      return tumblingAssigner(spec);
  }
}

/** The cut of event time as text: two declarations whose texts are equal keep the same slices. */
export function describeSlices(spec: WindowSpec): string {
  switch (spec.kind) {
    case 'tumbling':
      return `slices of ${spec.size} ms from ${spec.offset} ms`;
  }
}
