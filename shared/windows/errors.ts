import { faultMessage } from '../runtime/faults.ts';

/** Bytes that are not a delta of this version and this declaration of the stage. */
export class DeltaFormatError extends Error {
  override readonly name = 'DeltaFormatError';
}

/** A function of a user-defined aggregate threw: the event is set aside, and nothing of it was counted. */
export class AggregateFunctionError extends Error {
  override readonly name = 'AggregateFunctionError';

  constructor(aggregate: string, cause: unknown) {
    super(`the aggregate "${aggregate}" failed to add the event: ${faultMessage(cause)}`, { cause });
  }
}

/** An event without a number in a field that its schema requires: it was not validated against that schema. */
export class MissingFieldError extends Error {
  override readonly name = 'MissingFieldError';
  readonly field: string;

  constructor(field: string) {
    super(`the field ${JSON.stringify(field)} holds no number of the kind that the event's schema requires`);
    this.field = field;
  }
}
