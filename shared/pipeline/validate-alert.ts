import type { AlertStage } from './alert-stage.ts';
import { jsonSchemaOf } from './fields.ts';
import { placeholdersIn } from './message-template.ts';
import type { Pipeline } from './pipeline.ts';
import { resultFields } from './result-fields.ts';

/** A repeated record is told by its time: without a quiet period there would be nothing to tell it by. */
const LEAST_QUIET_MS = 1_000;

/** What is wrong with an alert stage, and the fix. */
export function* checkAlert(stage: AlertStage, declared: Pipeline): Generator<string> {
  const at = `stage "${stage.name}"`;
  const { from, quiet, message } = stage;
  if (from.kind === 'window' ? !declared.stages.includes(from) : !declared.types.includes(from)) {
    const list = from.kind === 'window' ? 'stages' : 'types';
    yield `${at} reads "${from.name}", which is not among the pipeline's ${list}: add it to "${list}"`;
  }
  if (quiet < LEAST_QUIET_MS) {
    yield `${at}: after an alert it is quiet for ${quiet} ms: use at least ${LEAST_QUIET_MS} ms`;
  }
  if (from.kind !== 'window' && stage.finalOnly) {
    yield `${at}: events are never final: leave finalOnly out, or read the results of a window stage`;
  }
  const fields = fieldsOfInput(stage);
  if (stage.key !== undefined && !fields.has(stage.key)) {
    yield `${at}: its key "${stage.key}" is not a field of "${from.name}": use ${[...fields].join(', ')}`;
  }
  if (typeof message === 'string') {
    if (message.trim() === '') yield `${at}: its message is empty: say what has happened`;
    for (const name of placeholdersIn(message)) {
      if (!fields.has(name)) {
        yield `${at}: its message names "{${name}}", which "${from.name}" lacks: use ${[...fields].join(', ')}`;
      }
    }
  }
}

const fieldsOfInput = ({ from }: AlertStage): ReadonlySet<string> =>
  new Set(from.kind === 'window' ? resultFields(from) : Object.keys(jsonSchemaOf(from).properties ?? {}));
