import { isPlausible } from '../events/trust.ts';
import type { StreamEvent } from '../events/types.ts';
import { compileValidator } from '../events/validator.ts';
import {
  type AlertStage,
  type EventAttributes,
  type EventType,
  resultKeyField,
  type WindowStage,
} from '../pipeline/index.ts';
import { parseResult, ResultFormatError, type WindowResult } from '../results/result.ts';
import type { Problem } from './rule.ts';

/** What an alert could be about, in the form in which the declaration's conditions and messages see it. */
export interface Subject {
  readonly data: Readonly<Record<string, unknown>>;
  /** `key` and `time` are the alert's. */
  readonly attributes: EventAttributes;
  /** Of a session its start. */
  readonly sessionStart?: number | undefined;
}

/** Reads an event of the stage's stream: `undefined` for one that is not the stage's. */
export type SubjectReader = (
  event: StreamEvent,
  arrival: number,
  trusted: boolean,
) => Subject | Problem | undefined;

export function subjectReader(stage: AlertStage): SubjectReader {
  return stage.from.kind === 'window' ? resultReader(stage.from, stage) : eventReader(stage.input, stage);
}

function eventReader(input: EventType, { key: keyField }: AlertStage): SubjectReader {
  const validate = compileValidator(input);
  return ({ type, source, id, time, key, data }, arrival, trusted) => {
    if (type !== input.name) return undefined;
    const problems = trusted && isPlausible(data, keyField) ? undefined : validate(data);
    if (problems !== undefined) {
      return { code: 'invalid', reason: problems.map(({ reason }) => reason).join('; ') };
    }
    if (time - arrival > input.maxAhead) {
      const reason = `time ${new Date(time).toISOString()} is more than ${input.maxAhead} ms ahead of its arrival`;
      return { code: 'future', reason };
    }
    const fields = data as Readonly<Record<string, unknown>>;
    const alertKey = keyField === undefined ? key : String(fields[keyField]);
    return { data: fields, attributes: { id, source, type, time, key: alertKey } };
  };
}

function resultReader(from: WindowStage, { input, finalOnly, key: keyField }: AlertStage): SubjectReader {
  const keyName = resultKeyField(from);
  return ({ type, source, id, data }) => {
    if (type !== input.name) return undefined;
    let result: WindowResult;
    try {
      result = parseResult(data);
    } catch (error) {
      if (!(error instanceof ResultFormatError)) throw error;
      return { code: 'not-a-result', reason: error.message };
    }
    if (result.retracted || (finalOnly && !result.final)) return undefined;
    const { start, end, key, values } = result;
    const fields: Readonly<Record<string, unknown>> = { ...values, start, end, [keyName]: key };
    const alertKey = keyField === undefined ? key : String(fields[keyField]);
    return {
      data: fields,
      attributes: { id, source, type, time: end - 1, key: alertKey },
      sessionStart: from.window.kind === 'session' ? start : undefined,
    };
  };
}
