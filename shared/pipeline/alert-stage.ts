import type { Condition } from './condition.ts';
import { type Duration, durationMs } from './duration.ts';
import type { EventType, KeyField, NumericField } from './event-type.ts';
import type { EventAttributes, Predicate } from './filter-stage.ts';
import { type StageInput, typeOfInput } from './stage-input.ts';

/** Makes the sentence of an alert. */
export type Wording<T = Record<string, unknown>> = (data: T, event: EventAttributes) => string;

/** A stage that tells people: it publishes a message where a condition holds, once per episode. */
export interface AlertStage {
  readonly kind: 'alert';
  /** Unique in the whole application: it names the function and the state. */
  readonly name: string;
  readonly description: string;
  readonly from: StageInput;
  /** The type of what the stage reads: events, or results as other stages see them. */
  readonly input: EventType;
  /** Which events or results are a reason to tell; absent: all of them. */
  readonly when: Condition | Predicate | undefined;
  /** Field by whose value alerts are told apart; absent: the event's partition key, the result's key. */
  readonly key: string | undefined;
  /** One sentence, with fields in braces, or made by a function. */
  readonly message: string | Wording;
  /** Milliseconds of event time for which an alert keeps others of its key quiet, before it and after it. */
  readonly quiet: number;
  /** Whether results count only when nothing can change them any more. */
  readonly finalOnly: boolean;
}

/** The options of {@link alertStage}; fields are those of the input, checked by the compiler. */
export interface AlertStageOptions<T> {
  readonly description: string;
  /** An event type, a filter stage, or a window stage: of its results every revision counts, early ones too. */
  readonly from: StageInput<T>;
  readonly when?:
    | Condition<NoInfer<NumericField<T>>, NoInfer<keyof T & string>>
    | Predicate<NoInfer<T>>
    | undefined;
  readonly key?: KeyField<NoInfer<T>> | undefined;
  readonly message: string | Wording<NoInfer<T>>;
  readonly quiet: Duration;
  readonly finalOnly?: boolean;
}

/** Declares an alert stage: `docs/alerts.md` says what an episode is and what subscribers get. */
export function alertStage<T>(name: string, options: AlertStageOptions<T>): AlertStage {
  const from = options.from as StageInput;
  return {
    kind: 'alert',
    name,
    description: options.description,
    from,
    input: typeOfInput(from),
    when: options.when as AlertStage['when'],
    key: options.key,
    message: options.message as AlertStage['message'],
    quiet: durationMs(options.quiet),
    finalOnly: options.finalOnly ?? false,
  };
}
