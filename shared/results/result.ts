import type { ResultValue, ResultValues, Window } from '../windows/types.ts';
import { fewEnough, writeFitting } from './fitting.ts';

/** What a window stage computed for one key and window, as of one revision. */
export interface WindowResult extends Window {
  readonly stage: string;
  readonly key: string;
  /** 0 on time, 1 and up when late events changed it; what was emitted before the window's end rises to -1. */
  readonly revision: number;
  /** Nothing can change it any more. */
  readonly final: boolean;
  readonly values: ResultValues;
  /** The window turned out not to exist: what was emitted for it before is void, and the values are empty. Of sessions only. */
  readonly retracted?: true;
  /**
   * Windows that this one replaces, as {@link windowId} names them: emitted before, and each retracted by a result of its own. Of
   * thousands the first are named, as many as a quarter of a record holds.
   */
  readonly retracts?: readonly string[];
}

/** What all results of one firing share. */
export interface Firing extends Window {
  readonly pipeline: string;
  readonly stage: string;
  readonly revision: number;
  readonly final: boolean;
  readonly retracted?: true | undefined;
}

/** Writes the result of one key. */
export type WriteResult = (key: string, values: ResultValues, retracts?: readonly string[]) => string;

/** Data that claims to be a window's result and is not one; the message says which part is wrong. */
export class ResultFormatError extends Error {
  override readonly name = 'ResultFormatError';
}

const iso = (time: number): string => new Date(time).toISOString();

/**
 * Prepares the writing of one firing's results: what they share is serialised once, a key costs two strings.
 * The bytes are a function of the firing, the key and the values alone, so that a firing that is repeated writes
 * the same events with the same ids again. Values that are too large for a record are replaced: see {@link writeFitting}.
 *
 * @returns writes the result of one key as a CloudEvents 1.0 event in JSON
 * @throws RangeError when the window lies outside the range of a Date
 */
export function resultWriter(firing: Firing): WriteResult {
  const { pipeline, stage, start, end, revision, final, retracted } = firing;
  const name = JSON.stringify(stage).slice(1, -1);
  const source = JSON.stringify(`/millrace/${pipeline}/${stage}`);
  const head = `{"specversion":"1.0","id":"${name}/`;
  const middle =
    `/${start}/${end}/${revision}","source":${source},"type":"${name}.result","time":"${iso(end)}",` +
    `"datacontenttype":"application/json",`;
  const data = `"data":{"stage":"${name}","key":"`;
  const tail =
    `","start":"${iso(start)}","end":"${iso(end)}","revision":${revision},"final":${final},` +
    `${retracted === true ? '"retracted":true,' : ''}"values":`;
  return (key, values, retracts = []) => {
    const text = JSON.stringify(key).slice(1, -1);
    // The attribute must not be empty: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/extensions/partitioning.md
    const partition = text === '' ? '' : `"partitionkey":"${text}",`;
    const replaced = retracts.length === 0 ? '' : `,"retracts":${JSON.stringify(fewEnough(retracts))}`;
    const before = `${head}${text}${middle}${partition}${data}${text}${tail}`;
    return writeFitting(values, (held) => `${before}${JSON.stringify(held)}${replaced}}}`);
  };
}

/** One result as a CloudEvents 1.0 event in JSON; for many of one firing use {@link resultWriter}. */
export function resultEvent(pipeline: string, result: WindowResult): string {
  return resultWriter({ ...result, pipeline })(result.key, result.values, result.retracts);
}

/** Names a window of a key whatever the revision: what the ids of its results begin with. */
export const windowId = ({
  stage,
  key,
  start,
  end,
}: Pick<WindowResult, 'stage' | 'key' | 'start' | 'end'>): string => `${stage}/${key}/${start}/${end}`;

/** The id of a result's event: the same for every repetition of a firing, another for every revision. */
export function resultId(result: Omit<WindowResult, 'final' | 'values'>): string {
  return `${windowId(result)}/${result.revision}`;
}

/**
 * Reads a result event written by {@link resultEvent}.
 *
 * @throws ResultFormatError when the text is not one
 */
export function parseResultEvent(text: string): WindowResult {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    throw new ResultFormatError('the event is not JSON');
  }
  return parseResult(isObject(event) ? event.data : undefined);
}

/**
 * Reads the data of a result event.
 *
 * @throws ResultFormatError when it is not a result
 */
export function parseResult(data: unknown): WindowResult {
  if (!isObject(data)) throw new ResultFormatError('the result is not an object');
  const { stage, key, revision, final, values } = data;
  if (typeof stage !== 'string' || stage === '') throw new ResultFormatError('stage is not a name');
  if (typeof key !== 'string') throw new ResultFormatError('key is not a text');
  const start = parseTime('start', data.start);
  const end = parseTime('end', data.end);
  if (end <= start) throw new ResultFormatError('end does not lie after start');
  if (typeof revision !== 'number' || !Number.isSafeInteger(revision)) {
    throw new ResultFormatError('revision is not a whole number');
  }
  if (typeof final !== 'boolean') throw new ResultFormatError('final is neither true nor false');
  return {
    ...{ stage, key, start, end, revision, final, values: parseValues(values) },
    ...parseRetraction(data),
  };
}

function parseRetraction({
  retracted,
  retracts,
}: Record<string, unknown>): Pick<WindowResult, 'retracted' | 'retracts'> {
  if (retracted !== undefined && retracted !== true) {
    throw new ResultFormatError('retracted is neither true nor left out');
  }
  if (
    retracts !== undefined &&
    !(Array.isArray(retracts) && retracts.every((id) => typeof id === 'string'))
  ) {
    throw new ResultFormatError('retracts is not a list of windows');
  }
  return { ...(retracted && { retracted }), ...(retracts && { retracts }) };
}

function parseTime(name: string, value: unknown): number {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw new ResultFormatError(`${name} is not an ISO 8601 time`);
  return time;
}

function parseValues(values: unknown): ResultValues {
  if (!isObject(values)) throw new ResultFormatError('values is not an object');
  for (const [name, value] of Object.entries(values)) {
    if (!isValue(value)) {
      throw new ResultFormatError(
        `the value "${name}" is no number, text, truth value, null, list or object of these`,
      );
    }
  }
  return values as Record<string, ResultValue>;
}

function isValue(value: unknown): value is ResultValue {
  if (Array.isArray(value)) return value.every(isValue);
  if (typeof value === 'object') return value === null || Object.values(value).every(isValue);
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
