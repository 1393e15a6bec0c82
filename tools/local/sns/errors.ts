/** An answer of the SNS API that is an error. */
export class SnsError extends Error {
  override readonly name = 'SnsError';
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** @see https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html */
export const errors = {
  notFound: () => new SnsError('NotFound', 404, 'Topic does not exist'),
  invalid: (what: string) => new SnsError('InvalidParameter', 400, `Invalid parameter: ${what}`),
  unknownAction: (action: string) =>
    new SnsError('InvalidAction', 400, `${action || 'no action'} is not part of the local SNS`),
  emptyBatch: () => new SnsError('EmptyBatchRequest', 400, 'The batch request holds no entries'),
  tooManyEntries: () => new SnsError('TooManyEntriesInBatchRequest', 400, 'A batch holds at most 10 entries'),
  sameIds: () => new SnsError('BatchEntryIdsNotDistinct', 400, 'Two entries of the batch have the same Id'),
};
