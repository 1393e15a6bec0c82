import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { ERRORS, type ErrorCode } from '../errors.ts';

/** What an answer says beyond the error itself. */
export interface ProblemOptions {
  /** Members of the problem document besides the standard ones. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Ends the handling of a request with one of {@link ERRORS}. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ErrorCode;
  readonly options: ProblemOptions;

  /** @param detail - about this occurrence, for people */
  constructor(code: ErrorCode, detail: string, options: ProblemOptions = {}) {
    super(detail);
    this.code = code;
    this.options = options;
  }
}

/** The URI that identifies an error in a problem document. */
export const problemType = (code: ErrorCode): string => `urn:millrace:error:${code}`;

/**
 * An answer in the form of problem details.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function problem(
  code: ErrorCode,
  detail: string,
  options: ProblemOptions = {},
): APIGatewayProxyStructuredResultV2 {
  const { status, title } = ERRORS[code];
  return {
    statusCode: status,
    headers: { 'content-type': 'application/problem+json', ...options.headers },
    body: JSON.stringify({ type: problemType(code), title, status, detail, ...options.members }),
  };
}

/** The answer to an error thrown while a request was handled. */
export const problemOf = (error: ProblemError): APIGatewayProxyStructuredResultV2 =>
  problem(error.code, error.message, error.options);
