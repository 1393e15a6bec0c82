import type { Aggregate, Count, Fold } from './aggregate.ts';
import type { EventType } from './event-type.ts';
import { type Expression, fieldsIn } from './expression.ts';
import { fieldOf } from './fields.ts';

const MAX_K = 10_000;
/** Labels beyond this would make partials larger than an item of the state table. */
const MAX_CAPACITY = 100_000;
const MAX_BOUNDARIES = 256;
const SCALARS: readonly string[] = ['number', 'integer', 'string', 'boolean'];

/** What an aggregate reads: expressions over numbers, and fields that may hold texts and truth values as well. */
export interface Inputs {
  readonly numbers: readonly Expression[];
  readonly scalars: readonly string[];
  /** Fields that may hold anything. */
  readonly any: readonly string[];
}

const inputs = (numbers: readonly Expression[], scalars: readonly string[] = []): Inputs => ({
  numbers,
  scalars,
  any: [],
});

const optional = (of: Expression | undefined): Expression[] => (of === undefined ? [] : [of]);

/** What an aggregate reads. */
export function inputsOf(aggregate: Aggregate): Inputs {
  switch (aggregate.kind) {
    case 'ratio':
      return inputs([...optional(aggregate.numerator.of), ...optional(aggregate.denominator.of)]);
    case 'covariance':
    case 'correlation':
      return inputs([aggregate.of, aggregate.with]);
    case 'first':
    case 'last':
    case 'distinct':
      return typeof aggregate.of === 'string' ? inputs([], [aggregate.of]) : inputs([aggregate.of]);
    case 'top-k':
      return inputs(optional(aggregate.by), [aggregate.label]);
    case 'user':
      return { numbers: [], scalars: [], any: aggregate.fields };
    default:
      return inputs(optional(aggregate.of));
  }
}

/** The names of the fields that an aggregate reads, each once. */
export function fieldsOf(aggregate: Aggregate): string[] {
  const { numbers, scalars, any } = inputsOf(aggregate);
  return [...new Set([...numbers.flatMap(fieldsIn), ...scalars, ...any])];
}

/**
 * What is wrong with an aggregate over the events of a type, and the fix.
 *
 * @param at - what each problem begins with: the stage and the value
 */
export function* checkAggregate(aggregate: Aggregate, type: EventType, at: string): Generator<string> {
  const { numbers, scalars, any } = inputsOf(aggregate);
  const arithmetic = new Set(numbers.flatMap(fieldsIn));
  for (const field of new Set([...arithmetic, ...scalars, ...any])) {
    const kind = fieldOf(type, field);
    const where = `${at} uses the field "${field}"`;
    if (kind === undefined) {
      yield `${where}, which "${type.name}" lacks: name a field of its schema`;
    } else if (arithmetic.has(field) && kind.types.some((name) => name !== 'number' && name !== 'integer')) {
      yield `${where}, which may be ${kind.types.join(' or ')}: aggregates take numbers`;
    } else if (scalars.includes(field) && kind.types.some((name) => !SCALARS.includes(name))) {
      yield `${where}, which may be ${kind.types.join(' or ')}: use one of numbers, texts or truth values`;
    }
  }
  yield* checkOptions(aggregate, at);
}

function* checkOptions(aggregate: Aggregate, at: string): Generator<string> {
  switch (aggregate.kind) {
    case 'ratio':
      yield* checkRatio([aggregate.numerator, aggregate.denominator], at);
      break;
    case 'variance':
    case 'stddev':
    case 'covariance':
      if (aggregate.basis !== 'sample' && aggregate.basis !== 'population') {
        yield `${at} has the basis "${aggregate.basis}": use "sample" or "population"`;
      }
      break;
    case 'distinct':
      yield* checkWhole(at, 'precision', aggregate.precision, 4, 16);
      break;
    case 'quantile':
      yield* checkQuantiles(at, [aggregate.q], aggregate.accuracy);
      break;
    case 'quantiles':
      if (aggregate.qs.length === 0) yield `${at} asks for no quantile: list at least one, such as 0.5`;
      if (new Set(aggregate.qs).size < aggregate.qs.length)
        yield `${at} asks for a quantile twice: list each once`;
      yield* checkQuantiles(at, aggregate.qs, aggregate.accuracy);
      break;
    case 'top-k':
      yield* checkWhole(at, 'k', aggregate.k, 1, MAX_K);
      yield* checkWhole(at, 'capacity', aggregate.capacity, Math.max(2, aggregate.k), MAX_CAPACITY);
      break;
    case 'trend':
      if (!(aggregate.per > 0)) yield `${at} is a trend per ${aggregate.per} ms: use a positive duration`;
      break;
    case 'histogram':
      yield* checkBoundaries(at, aggregate.boundaries);
      break;
    case 'user':
      if (aggregate.name === '') yield `${at} is a user-defined aggregate without a name: give it one`;
      yield* checkWhole(at, 'version', aggregate.version, 0, Number.MAX_SAFE_INTEGER);
      break;
  }
}

function* checkRatio(parts: readonly (Count | Fold)[], at: string): Generator<string> {
  for (const { kind } of parts) {
    if (kind !== 'sum' && kind !== 'count') yield `${at} is a ratio of a ${kind}: divide sums or counts`;
  }
}

function* checkWhole(
  at: string,
  name: string,
  value: number,
  least: number,
  greatest: number,
): Generator<string> {
  if (!Number.isSafeInteger(value) || value < least || value > greatest) {
    yield `${at} has the ${name} ${value}: use a whole number from ${least} to ${greatest}`;
  }
}

function* checkQuantiles(at: string, qs: readonly number[], accuracy: number): Generator<string> {
  for (const q of qs) {
    if (!(q >= 0 && q <= 1))
      yield `${at} asks for the quantile ${q}: use a number from 0 to 1, 0.5 is the median`;
  }
  if (!(accuracy >= 0.0001 && accuracy <= 0.5)) {
    yield `${at} has the accuracy ${accuracy}: use a part of the value from 0.0001 to 0.5, 0.01 is 1%`;
  }
}

function* checkBoundaries(at: string, boundaries: readonly number[]): Generator<string> {
  if (boundaries.length === 0 || boundaries.length > MAX_BOUNDARIES) {
    yield `${at} has ${boundaries.length} boundaries: use 1 to ${MAX_BOUNDARIES}`;
  }
  const wrong = boundaries.findIndex(
    (bound, index) => !Number.isFinite(bound) || (index > 0 && !(bound > (boundaries[index - 1] as number))),
  );
  if (wrong >= 0)
    yield `${at} has boundaries that do not ascend at ${boundaries[wrong]}: use ascending numbers`;
}
