/** An error as Lambda puts it into an invocation's response. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** How an invocation ended: with what the handler returned, as JSON, or with an error. */
export type Outcome =
  | { readonly ok: true; readonly requestId: string; readonly payload: string }
  | { readonly ok: false; readonly requestId: string; readonly error: FunctionError };

/** Lambda takes no larger event: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

/** An event that is larger than Lambda takes. */
export class PayloadTooLargeError extends Error {
  override readonly name = 'PayloadTooLargeError';
}

/** A function that the template does not have. */
export class UnknownFunctionError extends Error {
  override readonly name = 'UnknownFunctionError';
}
