import { isObject } from '../template/types.ts';
import type { KinesisRecord } from './record.ts';

type Pattern = Readonly<Record<string, unknown>>;

/**
 * Whether a mapping's filter criteria let a record through: one pattern is enough. A pattern about `data` looks into the
 * record's JSON; data that is not JSON does not match it.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html
 */
export function passesFilters(record: KinesisRecord, filters: readonly Pattern[]): boolean {
  if (filters.length === 0) return true;
  const subject = {
    kinesisSchemaVersion: '1.0',
    partitionKey: record.PartitionKey,
    sequenceNumber: record.SequenceNumber,
    approximateArrivalTimestamp: record.ApproximateArrivalTimestamp,
    data: filters.some((pattern) => isObject(pattern.data)) ? parse(record.Data) : undefined,
  };
  return filters.some((pattern) => matchesObject(subject, pattern));
}

function parse(data: string): unknown {
  try {
    return JSON.parse(Buffer.from(data, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */
export function matchesObject(value: unknown, pattern: Pattern): boolean {
  return Object.entries(pattern).every(([key, wanted]) => {
    if (key === '$or' && Array.isArray(wanted)) return wanted.some((either) => matchesObject(value, either));
    const field = isObject(value) ? value[key] : undefined;
    if (isObject(wanted)) return matchesObject(field, wanted);
    return Array.isArray(wanted) && matchesAny(field, wanted);
  });
}

/** A list of alternatives; of a list of values, one has to match one of them. */
function matchesAny(field: unknown, alternatives: readonly unknown[]): boolean {
  const values = Array.isArray(field) && field.length > 0 ? field : [field];
  return values.some((value) => alternatives.some((wanted) => matchesOne(value, wanted)));
}

function matchesOne(value: unknown, wanted: unknown): boolean {
  if (!isObject(wanted)) return value === wanted;
  const [[operator, operand] = ['', undefined]] = Object.entries(wanted);
  switch (operator) {
    case 'prefix':
      return typeof value === 'string' && value.startsWith(String(operand));
    case 'suffix':
      return typeof value === 'string' && value.endsWith(String(operand));
    case 'equals-ignore-case':
      return typeof value === 'string' && value.toLowerCase() === String(operand).toLowerCase();
    case 'exists':
      return (value !== undefined) === operand;
    case 'anything-but': {
      const excluded = Array.isArray(operand) ? operand : [operand];
      return value !== undefined && !excluded.some((one) => matchesOne(value, one));
    }
    case 'numeric':
      return typeof value === 'number' && Array.isArray(operand) && inRange(value, operand);
    default:
      return false;
  }
}

/** `[">", 0, "<=", 5]` */
function inRange(value: number, bounds: readonly unknown[]): boolean {
  for (let at = 0; at + 1 < bounds.length; at += 2) {
    const bound = Number(bounds[at + 1]);
    const holds = {
      '=': value === bound,
      '<': value < bound,
      '<=': value <= bound,
      '>': value > bound,
      '>=': value >= bound,
    };
    if (holds[bounds[at] as keyof typeof holds] !== true) return false;
  }
  return true;
}
