import { type Duration, durationMs } from './duration.ts';
import type { EventType } from './event-type.ts';
import type { WindowStage } from './stage.ts';

/** An event's data, or a result as its key, start, end and values. */
export type AlertFields = Readonly<Record<string, unknown>>;

/** A stage that tells people: it publishes a message where a condition holds, once per episode. */
export interface AlertStage {
  readonly kind: 'alert';
  /** Unique in the whole application: it names the function and the state. */
  readonly name: string;
  readonly description: string;
  readonly from: EventType | WindowStage;
  /** Which events or results are a reason to tell; absent: all of them. */
  readonly when: ((fields: AlertFields) => boolean) | undefined;
  /** Field by whose value alerts are told apart; absent: the event's partition key, the result's key. */
  readonly key: string | undefined;
  /** One sentence, with fields in braces, or made by a function. */
  readonly message: string | ((fields: AlertFields) => string);
  /** Milliseconds of event time for which an alert keeps others of its key quiet. */
  readonly quiet: number;
  /** Whether results count only when nothing can change them any more. */
  readonly finalOnly: boolean;
}

/** The options of {@link alertStage}. */
export interface AlertStageOptions {
  readonly description: string;
  readonly from: EventType | WindowStage;
  readonly when?: AlertStage['when'];
  readonly key?: string;
  readonly message: AlertStage['message'];
  readonly quiet: Duration;
  readonly finalOnly?: boolean;
}

/** Declares an alert stage. */
export function alertStage(name: string, options: AlertStageOptions): AlertStage {
  return {
    kind: 'alert',
    name,
    description: options.description,
    from: options.from,
    when: options.when,
    key: options.key,
    message: options.message,
    quiet: durationMs(options.quiet),
    finalOnly: options.finalOnly ?? false,
  };
}
