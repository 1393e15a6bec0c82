import type { Aggregate, Expression, WindowStage } from '../../shared/pipeline/index.ts';
import { fieldOf } from '../../shared/pipeline/index.ts';

/**
 * Window results the slow way, sharing no code with shared/windows: all events of a window are kept, and every sum is a
 * fraction of whole numbers. Rounding to a double is left to the parser of decimal numbers.
 */

export interface OracleEvent {
  readonly key: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An operand in one event: as a double, and exactly, in units of 2^-1074. */
export interface Value {
  readonly double: number;
  readonly units: bigint;
}

const BITS = 1074;

export function oracleResults(
  stage: WindowStage,
  events: readonly OracleEvent[],
): Map<string, Record<string, number | null>> {
  const byKey = group(events);
  const results = new Map<string, Record<string, number | null>>();
  for (const [key, own] of byKey) {
    const values = Object.entries(stage.values).map(([name, aggregate]) => [
      name,
      plain(evaluate(aggregate, own, events, stage)),
    ]);
    results.set(key, Object.fromEntries(values));
  }
  return results;
}

function group(events: readonly OracleEvent[]): Map<string, OracleEvent[]> {
  const groups = new Map<string, OracleEvent[]>();
  for (const event of events) groups.set(event.key, [...(groups.get(event.key) ?? []), event]);
  return groups;
}

/** What JSON can carry: no infinity, and no negative zero. */
const plain = (value: number | null): number | null =>
  value === null || !Number.isFinite(value) ? null : value === 0 ? 0 : value;

function evaluate(
  aggregate: Aggregate,
  own: readonly OracleEvent[],
  all: readonly OracleEvent[],
  stage: WindowStage,
): number | null {
  const values = (of: Expression, events: readonly OracleEvent[]) =>
    events.flatMap(({ data }) => operandIn(of, data, isWhole(of, stage)) ?? []);
  const total = (of: Expression, events: readonly OracleEvent[]) =>
    nearest(values(of, events).reduce((sum, { units }) => sum + units, 0n));
  switch (aggregate.kind) {
    case 'count':
      return aggregate.of === undefined ? own.length : values(aggregate.of, own).length;
    case 'sum':
      return total(aggregate.of, own);
    case 'min':
      return values(aggregate.of, own).reduce<number | null>(
        (a, { double: b }) => (a === null || b < a ? b : a),
        null,
      );
    case 'max':
      return values(aggregate.of, own).reduce<number | null>(
        (a, { double: b }) => (a === null || b > a ? b : a),
        null,
      );
    case 'mean':
      return divide(total(aggregate.of, own), values(aggregate.of, own).length);
    case 'ratio':
      return divide(
        plain(evaluate(aggregate.numerator, own, all, stage)),
        plain(evaluate(aggregate.denominator, own, all, stage)),
      );
    case 'share':
      return divide(plain(total(aggregate.of, own)), plain(total(aggregate.of, all)));
    default:
      throw new Error(`${aggregate.kind} has an oracle of its own: see aggregate-oracle.ts`);
  }
}

const divide = (a: number | null, b: number | null): number | null =>
  a === null || b === null || b === 0 || !Number.isFinite(a) ? null : a / b;

/** An expression in one event, `undefined` where it is missing. */
export function operandIn(
  of: Expression,
  data: Readonly<Record<string, unknown>>,
  whole: boolean,
): Value | undefined {
  const double = doubleOf(of, data);
  if (double === undefined || (!whole && !Number.isFinite(double))) return undefined;
  return { double, units: whole ? wholeOf(of, data) << BigInt(BITS) : unitsOf(double) };
}

function doubleOf(of: Expression, data: Readonly<Record<string, unknown>>): number | undefined {
  if (typeof of === 'number') return of;
  if (typeof of === 'string') {
    const value = Object.hasOwn(data, of) ? data[of] : undefined;
    return typeof value === 'number' ? value : undefined;
  }
  const left = doubleOf(of.left, data);
  const right = doubleOf(of.right, data);
  if (left === undefined || right === undefined) return undefined;
  return { '+': left + right, '-': left - right, '*': left * right, '/': left / right }[of.op];
}

function wholeOf(of: Expression, data: Readonly<Record<string, unknown>>): bigint {
  if (typeof of === 'number') return BigInt(of);
  if (typeof of === 'string') return BigInt(data[of] as number);
  const left = wholeOf(of.left, data);
  const right = wholeOf(of.right, data);
  return of.op === '+' ? left + right : of.op === '-' ? left - right : left * right;
}

export function isWhole(of: Expression, stage: WindowStage): boolean {
  if (typeof of === 'number') return Number.isInteger(of);
  if (typeof of === 'string') return fieldOf(stage.input, of)?.types.join() === 'integer';
  return of.op !== '/' && isWhole(of.left, stage) && isWhole(of.right, stage);
}

/** Doubling is exact until a double is whole. */
export function unitsOf(double: number): bigint {
  let doublings = 0;
  for (; !Number.isInteger(double); double *= 2) doublings++;
  return BigInt(double) << BigInt(BITS - doublings);
}

/** 2^-1074 is 5^1074 / 10^1074: the fraction has a finite decimal form, which Number() rounds correctly. */
export const nearest = (units: bigint): number => Number(`${units * 5n ** BigInt(BITS)}e-${BITS}`);
