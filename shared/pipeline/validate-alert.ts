import type { AlertStage } from './alert-stage.ts';
import { fieldOf, jsonSchemaOf } from './fields.ts';
import { placeholdersIn } from './message-template.ts';
import { checkCondition } from './validate-filter.ts';

/** A repeated record is told by its time: without a quiet period there would be nothing to tell it by. */
const LEAST_QUIET_MS = 1_000;

/** What is wrong with an alert stage, beside its input, and the fix. */
export function* checkAlert({
  name,
  from,
  input,
  when,
  key,
  message,
  quiet,
  finalOnly,
}: AlertStage): Generator<string> {
  const at = `stage "${name}"`;
  const fields = Object.keys(jsonSchemaOf(input).properties ?? {}).join(', ');
  if (quiet < LEAST_QUIET_MS) {
    yield `${at}: after an alert it is quiet for ${quiet} ms: use at least ${LEAST_QUIET_MS} ms`;
  }
  if (from.kind !== 'window' && finalOnly) {
    yield `${at}: events are never final: leave finalOnly out, or read the results of a window stage`;
  }
  if (key !== undefined) {
    const kind = fieldOf(input, key);
    if (kind === undefined) yield `${at}: its key "${key}" is not a field of "${from.name}": use ${fields}`;
    else if (kind.nullable) yield `${at}: its key "${key}" may be missing or null: make it required`;
  }
  if (typeof when === 'object') yield* checkCondition(when, input, at);
  if (typeof message !== 'string') return;
  if (message.trim() === '') yield `${at}: its message is empty: say what has happened`;
  for (const field of placeholdersIn(message)) {
    if (fieldOf(input, field) === undefined) {
      yield `${at}: its message names "{${field}}", which "${from.name}" lacks: use ${fields}`;
    }
  }
}
