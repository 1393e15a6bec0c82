/** When the events of all transcripts arrive: after every time in them but those that are set aside. */
export const ARRIVAL = Date.UTC(2026, 0, 1);

/** What a stage of a transcript is declared as; lengths of time are in units of the transcript. */
export interface TranscriptStage {
  readonly window:
    | { readonly tumbling: number; readonly offset?: number | undefined }
    | { readonly hopping: number; readonly every: number; readonly offset?: number | undefined }
    | { readonly cumulative: number; readonly by: number; readonly offset?: number | undefined }
    | { readonly session: number; readonly resolution?: number | undefined }
    | { readonly calendar: 'hour' | 'day' | 'week' | 'month'; readonly zone: string };
  /** How far events may be out of order. */
  readonly bound: number;
  /** How long after its end a window takes late events. */
  readonly lateness: number;
  readonly emit: 'onTime' | 'final' | { readonly early: number };
  /** Values that it has besides those that every stage has. */
  readonly values: readonly FurtherValue[];
}

/** A value that not every stage has: a share of the total is refused for sessions, and changes with every other key. */
export type FurtherValue = 'share' | 'variance' | 'first' | 'last' | 'distinct';

/** One event, at an instant in epoch milliseconds. */
export interface TranscriptEvent {
  readonly id: string;
  readonly key: string;
  readonly time: number;
  readonly amount: number;
}

/**
 * What becomes of an event: `outside` lies between windows and is counted nowhere, `rejected` is too far ahead of its arrival and is set
 * aside.
 */
export type Outcome = 'accepted' | 'late' | 'duplicate' | 'outside' | 'rejected';

/** A result that a step emits. */
export interface Emission {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly revision: number;
  readonly final: boolean;
  /** The window was emitted before, and is none any more. */
  readonly retracted?: boolean | undefined;
  /** The windows that it replaces, by start and end. */
  readonly replaces?: readonly (readonly [start: number, end: number])[] | undefined;
  /** The values that the transcript names. */
  readonly values: Readonly<Record<string, number | null>>;
}

/** Something that happens, and all that follows from it before the next thing does. */
export interface Step {
  /** The step as it is written, for messages. */
  readonly text: string;
  readonly event: TranscriptEvent;
  /** More than one where the rules leave it open. */
  readonly outcomes: readonly Outcome[];
  /** The stage's watermark after the step; `undefined` where the transcript does not say. */
  readonly watermark: number | undefined;
  readonly emits: readonly Emission[];
}

/** A readable account of what a stage does with a sequence of events. */
export interface Transcript {
  readonly name: string;
  /** File and place in it: names the stage wherever a name is needed. */
  readonly slug: string;
  /** Milliseconds of the unit in which its times are written. */
  readonly unit: number;
  readonly stage: TranscriptStage;
  readonly steps: readonly Step[];
}
