import type { StreamEvent } from '../events/types.ts';
import { compileCondition } from '../filters/compile.ts';
import type { AlertStage, Predicate } from '../pipeline/index.ts';
import { fillTemplate } from '../pipeline/message-template.ts';
import { faultMessage } from '../runtime/faults.ts';
import type { Alert } from './alert.ts';
import { type Subject, type SubjectReader, subjectReader } from './subject.ts';

/** What is wrong with an event or result, for where it is set aside. */
export interface Problem {
  readonly code: 'invalid' | 'future' | 'not-a-result' | 'condition' | 'message';
  readonly reason: string;
}

/** What comes of an event: something to tell, something wrong, both (a message that could not be made), or nothing. */
export interface Judgement {
  readonly alert?: Alert;
  readonly problem?: Problem;
}

const NOTHING: Judgement = {};

/** Decides whether an event or result is a reason for an alert. */
export class AlertRule {
  readonly #stage: AlertStage;
  readonly #read: SubjectReader;
  readonly #when: Predicate | undefined;

  constructor(stage: AlertStage) {
    this.#stage = stage;
    this.#read = subjectReader(stage);
    this.#when = typeof stage.when === 'object' ? compileCondition(stage.when) : stage.when;
  }

  /** Never throws: what the declaration's own functions throw becomes a problem. */
  judge(event: StreamEvent, arrival: number, trusted: boolean): Judgement {
    const subject = this.#read(event, arrival, trusted);
    if (subject === undefined) return NOTHING;
    if ('reason' in subject) return { problem: subject };
    const { name } = this.#stage;
    try {
      if (!this.#holds(subject)) return NOTHING;
    } catch (error) {
      return { problem: { code: 'condition', reason: failure(name, 'condition', error) } };
    }
    const { message, problem } = this.#messageOf(subject);
    const { sessionStart, attributes } = subject;
    const { type, id, data } = event;
    const { key, time } = attributes;
    const alert: Alert = { stage: name, key, time, sessionStart, message, cause: { type, id, data } };
    return { alert, ...(problem && { problem }) };
  }

  #holds({ data, attributes }: Subject): boolean {
    return this.#when === undefined || this.#when(data, attributes);
  }

  /** An alert whose message fails is told of all the same: with the words of its declaration. */
  #messageOf({ data, attributes }: Subject): { readonly message: string; readonly problem?: Problem } {
    const { name, description, message, from } = this.#stage;
    if (typeof message === 'string') {
      return { message: fillTemplate(message, from.kind === 'window' ? withTimes(data) : data) };
    }
    try {
      const text: unknown = message(data, attributes);
      if (typeof text === 'string' && text !== '') return { message: text };
      throw new TypeError(`it is not a text, but ${typeof text}`);
    } catch (error) {
      return { message: description, problem: { code: 'message', reason: failure(name, 'message', error) } };
    }
  }
}

/** The bounds of a window as people read times. */
const withTimes = (data: Subject['data']): Subject['data'] => ({
  ...data,
  start: new Date(Number(data.start)).toISOString(),
  end: new Date(Number(data.end)).toISOString(),
});

const failure = (stage: string, part: string, error: unknown): string =>
  `the ${part} of stage "${stage}" failed: ${faultMessage(error)}`;
