import type { EventType } from './event-type.ts';
import { fieldOf } from './fields.ts';
import { filterStages, type Pipeline } from './pipeline.ts';
import type { Stage, WindowStage } from './stage.ts';
import { checkAggregate } from './validate-aggregate.ts';
import { checkAlert } from './validate-alert.ts';
import { checkFilter } from './validate-filter.ts';
import { checkInput } from './validate-input.ts';
import { checkPersonal } from './validate-personal.ts';
import { checkWindow } from './validate-window.ts';

/** A declaration that cannot work: every problem with the stage or type it is in and what to do about it. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError';
  readonly problems: readonly string[];

  constructor(subject: string, problems: readonly string[]) {
    super(`${subject} is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/** Lower-case words joined by hyphens; 40 characters leave room for the prefixes and suffixes of AWS names. */
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const NAME_LENGTH = 40;
/** Under these names what could not be processed outside of stages is set aside. */
const RESERVED: readonly string[] = ['lake', 'results'];

/** @throws PipelineError when the declaration has any problem */
export function assertValid(declared: Pipeline): void {
  const problems = [...checkPipeline(declared)];
  if (problems.length > 0) throw new PipelineError(`pipeline "${declared.name}"`, problems);
}

/** @throws PipelineError when two pipelines of one application share a name, a type or a stage */
export function assertDistinct(pipelines: readonly Pipeline[]): void {
  const problems = [
    ...repeated(
      'pipeline',
      pipelines.map((declared) => declared.name),
    ),
    ...repeated(
      'event type',
      pipelines.flatMap((declared) => typesOf(declared).map((type) => type.name)),
    ),
    ...repeated(
      'stage',
      pipelines.flatMap((declared) => declared.stages.map((stage) => stage.name)),
    ),
  ];
  if (problems.length > 0) throw new PipelineError('the application', problems);
}

function* checkPipeline(declared: Pipeline): Generator<string> {
  yield* checkName('pipeline', declared.name);
  if (declared.types.length === 0) yield 'it has no event type: list at least one in "types"';
  yield* repeated(
    'event type',
    typesOf(declared).map((type) => type.name),
  );
  yield* repeated(
    'stage',
    declared.stages.map((stage) => stage.name),
  );
  const { lanes } = declared;
  if (!Number.isInteger(lanes) || lanes < 1 || lanes > 1024 || (lanes & (lanes - 1)) !== 0) {
    yield `lanes is ${lanes}: use a power of two from 1 to 1024`;
  }
  for (const type of typesOf(declared)) yield* checkType(type);
  for (const stage of declared.stages) {
    yield* checkName('stage', stage.name);
    if (RESERVED.includes(stage.name)) {
      yield `stage "${stage.name}": Millrace itself goes by this name: rename the stage`;
    }
    yield* checkStage(stage, declared);
  }
}

function* checkStage(stage: Stage, declared: Pipeline): Generator<string> {
  switch (stage.kind) {
    case 'window':
      yield* checkInput(stage, declared);
      yield* checkWindowStage(stage);
      return;
    case 'filter':
      yield* checkInput(stage, declared);
      yield* checkFilter(stage);
      return;
    case 'alert':
      yield* checkInput(stage, declared);
      yield* checkAlert(stage);
  }
}

/** The types of a pipeline's events, those included that its stages make; each once. */
const typesOf = (declared: Pipeline): readonly EventType[] => [
  ...new Set([
    ...declared.types,
    ...filterStages(declared).flatMap(({ input, output }) => (output === input ? [] : [output])),
  ]),
];

function* checkType(type: EventType): Generator<string> {
  yield* checkName('event type', type.name);
  const at = `event type "${type.name}"`;
  const roles = { id: type.id, time: type.time, key: type.key };
  const allowed = {
    id: ['string', 'integer'],
    time: ['string', 'number', 'integer'],
    key: ['string', 'number', 'integer'],
  };
  for (const role of ['id', 'time', 'key'] as const) {
    const field = roles[role];
    if (field === undefined) continue;
    const kind = fieldOf(type, field);
    if (kind === undefined) {
      yield `${at}: its ${role} is the field "${field}", which its schema lacks: add it or name another`;
    } else if (kind.types.some((name) => !allowed[role].includes(name))) {
      yield `${at}: its ${role} "${field}" may be ${kind.types.join(' or ')}: use ${allowed[role].join(' or ')}`;
    } else if (role !== 'id' && kind.nullable) {
      yield `${at}: its ${role} "${field}" may be missing or null: make it required`;
    }
  }
  if (type.example !== undefined && !type.schema.safeParse(type.example).success) {
    yield `${at}: its example does not match its schema: correct one of them`;
  }
  yield* checkPersonal(type);
}

function* checkWindowStage(stage: WindowStage): Generator<string> {
  const at = `stage "${stage.name}"`;
  if (typeof stage.key === 'string') {
    const key = fieldOf(stage.input, stage.key);
    if (key === undefined) yield `${at}: its key "${stage.key}" is not a field of "${stage.input.name}"`;
    else if (key.nullable) yield `${at}: its key "${stage.key}" may be missing or null: make it required`;
  }
  yield* checkWindow(stage, at);
  if (Object.keys(stage.values).length === 0)
    yield `${at} computes nothing: add at least one aggregate to "values"`;
  for (const [name, aggregate] of Object.entries(stage.values)) {
    yield* checkAggregate(aggregate, stage.input, `${at}: value "${name}"`);
  }
}

function* checkName(what: string, name: string): Generator<string> {
  if (!NAME.test(name) || name.length > NAME_LENGTH) {
    yield `${what} "${name}": use at most ${NAME_LENGTH} lower-case letters and digits, words joined by hyphens`;
  }
}

function* repeated(what: string, names: readonly string[]): Generator<string> {
  for (const name of new Set(names.filter((candidate, index) => names.indexOf(candidate) !== index))) {
    yield `${what} "${name}" is declared twice: rename one`;
  }
}
