import type { Condition, Membership } from './condition.ts';
import type { EventType } from './event-type.ts';
import type { Expression } from './expression.ts';
import { fieldOf, jsonSchemaOf } from './fields.ts';
import type { FilterStage } from './filter-stage.ts';

/** What is wrong with a filter stage, beside its input, and the fix. */
export function* checkFilter(stage: FilterStage): Generator<string> {
  const { where, map, input, output, records } = stage;
  const at = `stage "${stage.name}"`;
  if (where === undefined && map === undefined) {
    yield `${at} lets everything pass as it is: add "where" or "map", or read its input instead`;
  }
  if ((map === undefined) !== (output === input)) {
    yield map === undefined
      ? `${at} has "to" and no "map": say how to make "${output.name}" of "${input.name}"`
      : `${at} has "map" and no "to": name the event type that it makes`;
  }
  if (records !== 'events' && records !== 'packed') {
    yield `${at}: its records are "${records}": use "events" or "packed"`;
  }
  if (typeof where === 'object') yield* checkCondition(where, input, at);
  if (typeof map === 'object') yield* checkProjection(map, stage, at);
}

/** What is wrong with a condition on the data of an event, and the fix. */
export function* checkCondition(condition: Condition, input: EventType, at: string): Generator<string> {
  switch (condition.kind) {
    case 'compare':
      yield* checkExpression(condition.of, input, `${at}: a condition`);
      if (!Number.isFinite(condition.limit)) {
        yield `${at}: a condition compares with ${condition.limit}: use a number`;
      }
      return;
    case 'oneOf':
      yield* checkMembership(condition, input, at);
      return;
    case 'isPresent':
      if (fieldOf(input, condition.field) === undefined)
        yield lacking(`${at}: a condition`, condition.field, input);
      return;
    case 'not':
      yield* checkCondition(condition.of, input, at);
      return;
    case 'allOf':
    case 'anyOf':
      if (condition.of.length === 0)
        yield `${at}: "${condition.kind}" has no condition: add one or leave it out`;
      for (const part of condition.of) yield* checkCondition(part, input, at);
  }
}

function* checkMembership({ field, values }: Membership, input: EventType, at: string): Generator<string> {
  const kind = fieldOf(input, field);
  if (values.length === 0) yield `${at}: "oneOf" of "${field}" has no value: add one`;
  if (kind === undefined) yield lacking(`${at}: a condition`, field, input);
  else if (kind.types.length > 0) {
    for (const value of values.filter((value) => !kind.types.some((type) => mayBe(type, value)))) {
      yield `${at}: a condition compares "${field}" with ${JSON.stringify(value)}, but it may be ` +
        `${kind.types.join(' or ')}: use such a value`;
    }
  }
}

const mayBe = (type: string, value: unknown): boolean =>
  type === 'integer' ? Number.isInteger(value) : type === typeof value;

function* checkProjection(
  map: Readonly<Record<string, Expression>>,
  { input, output }: FilterStage,
  at: string,
): Generator<string> {
  for (const [name, of] of Object.entries(map)) {
    const where = `${at}: "${name}" of its "map"`;
    if (fieldOf(output, name) === undefined) yield lacking(`${at}: its "map"`, name, output);
    if (typeof of === 'object') yield* checkExpression(of, input, where);
    else if (typeof of === 'string' && fieldOf(input, of) === undefined) yield lacking(where, of, input);
  }
  for (const name of jsonSchemaOf(output).required ?? []) {
    if (!Object.hasOwn(map, name)) {
      yield `${at}: its "map" does not make "${name}", which "${output.name}" requires: add it`;
    }
  }
}

function* checkExpression(of: Expression, input: EventType, where: string): Generator<string> {
  if (typeof of === 'number') return;
  if (typeof of === 'object') {
    yield* checkExpression(of.left, input, where);
    yield* checkExpression(of.right, input, where);
    return;
  }
  const kind = fieldOf(input, of);
  if (kind === undefined) yield lacking(where, of, input);
  else if (kind.types.some((type) => type !== 'number' && type !== 'integer')) {
    yield `${where} uses the field "${of}", which may be ${kind.types.join(' or ')}: use numbers`;
  }
}

const lacking = (where: string, field: string, type: EventType): string =>
  `${where} uses the field "${field}", which "${type.name}" lacks: name a field of its schema`;
