import type { Pipeline } from './pipeline.ts';
import { resultKeyField } from './result-fields.ts';
import type { StageInput } from './stage-input.ts';

/** What is wrong with where a stage reads from, and the fix. */
export function* checkInput(
  { name, from }: { readonly name: string; readonly from: StageInput },
  declared: Pipeline,
): Generator<string> {
  const at = `stage "${name}"`;
  if (from.kind === 'type') {
    if (!declared.types.includes(from)) {
      yield `${at} reads "${from.name}", which is not among the pipeline's types: add it to "types"`;
    }
    return;
  }
  if (!declared.stages.includes(from)) {
    yield `${at} reads the stage "${from.name}", which is not among the pipeline's stages: add it to "stages", or read ` +
      'the event type; a stage of another pipeline cannot be read';
  }
  if (readsItself(from)) {
    yield `${at} reads what, by way of "${from.name}", is made of its own output: let it begin with an event type`;
  }
  if (from.kind !== 'window') return;
  const own = ['start', 'end', resultKeyField(from)];
  for (const value of Object.keys(from.values)) {
    if (own.includes(value)) {
      yield `${at} reads the results of "${from.name}", whose value "${value}" has the name of the result's own field: rename it`;
    }
  }
}

/** Whether a chain of inputs comes back to where it was. Constants cannot refer to each other in a circle, data made otherwise can. */
function readsItself(from: StageInput): boolean {
  const seen = new Set<StageInput>();
  for (let input = from; input.kind !== 'type'; input = input.from) {
    if (seen.has(input)) return true;
    seen.add(input);
  }
  return false;
}
