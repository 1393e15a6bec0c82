import type { StreamEvent } from '../events/types.ts';
import { compileValidator } from '../events/validator.ts';
import { type AlertStage, type EventType, resultKeyField, type WindowStage } from '../pipeline/index.ts';
import { parseResult, ResultFormatError, type WindowResult } from '../results/result.ts';
import type { Problem } from './rule.ts';

/** What an alert could be about, in the form in which conditions and messages see it. */
export interface Subject {
  readonly key: string;
  /** Event time, epoch milliseconds. */
  readonly time: number;
  /** Of a session its start. */
  readonly sessionStart?: number | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Reads an event of the stage's stream: `undefined` for one that is not the stage's. */
export type SubjectReader = (
  event: StreamEvent,
  arrival: number,
  trusted: boolean,
) => Subject | Problem | undefined;

export function subjectReader(stage: AlertStage): SubjectReader {
  return stage.from.kind === 'window' ? resultReader(stage.from, stage) : eventReader(stage.from, stage);
}

function eventReader(type: EventType, { key: keyField }: AlertStage): SubjectReader {
  const validate = compileValidator(type);
  return ({ type: name, time, key, data }, arrival, trusted) => {
    if (name !== type.name) return undefined;
    const problems = trusted ? undefined : validate(data);
    if (problems !== undefined) {
      return { code: 'invalid', reason: problems.map(({ reason }) => reason).join('; ') };
    }
    if (time - arrival > type.maxAhead) {
      const reason = `time ${new Date(time).toISOString()} is more than ${type.maxAhead} ms ahead of its arrival`;
      return { code: 'future', reason };
    }
    const fields = data as Readonly<Record<string, unknown>>;
    return { key: keyField === undefined ? key : String(fields[keyField]), time, fields };
  };
}

function resultReader(from: WindowStage, { finalOnly, key: keyField }: AlertStage): SubjectReader {
  const type = `${from.name}.result`;
  const keyName = resultKeyField(from);
  return (event) => {
    if (event.type !== type) return undefined;
    let result: WindowResult;
    try {
      result = parseResult(event.data);
    } catch (error) {
      if (!(error instanceof ResultFormatError)) throw error;
      return { code: 'not-a-result', reason: error.message };
    }
    if (finalOnly && !result.final) return undefined;
    const { start, end, key, values } = result;
    const fields = {
      ...values,
      [keyName]: key,
      start: new Date(start).toISOString(),
      end: new Date(end).toISOString(),
    };
    return {
      key: keyField === undefined ? key : String((fields as Readonly<Record<string, unknown>>)[keyField]),
      time: end - 1,
      fields,
    };
  };
}
