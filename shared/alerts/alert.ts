import { hash } from 'node:crypto';

/** Something that somebody should be told of: a condition that holds for an event or a result. */
export interface Alert {
  readonly stage: string;
  /** Whom it is about: alerts of one key keep each other quiet. */
  readonly key: string;
  /** Event time, epoch milliseconds: of an event its own, of a result the last millisecond of its window. */
  readonly time: number;
  /**
   * Start of the session that it is about. A session grows, is joined with others and fires again, but it is one episode: once
   * an alert lies inside it, it has had its alert. Other windows are told apart by their ends alone.
   */
  readonly sessionStart?: number | undefined;
  /** What to say, one sentence. */
  readonly message: string;
  /** The event or result that it comes from. */
  readonly cause: AlertCause;
}

/** What an alert comes from, as its notification shows it. */
export interface AlertCause {
  readonly type: string;
  readonly id: string;
  readonly data: unknown;
}

const ID_LENGTH = 32;

/**
 * The name of an alert: a function of its stage, key and time alone, so that the notification of a repeated delivery
 * carries the same one.
 */
export function alertId({ stage, key, time }: Pick<Alert, 'stage' | 'key' | 'time'>): string {
  return hash('sha256', JSON.stringify([stage, key, time])).slice(0, ID_LENGTH);
}
