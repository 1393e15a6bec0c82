/** A record that is not known to be stored. */
export interface PutFailure {
  /** Its position among the records given. */
  readonly index: number;
  /** The error code of Kinesis or of the SDK, or one of {@link PUT_CODES}. */
  readonly code: string;
  readonly message: string;
  /** Whether it was ever sent: if so, and the answer was lost, it may be in the stream all the same. */
  readonly sent: boolean;
}

/** Codes of failures that do not come from AWS. */
export const PUT_CODES = {
  /** Over 1 MiB: no try would succeed. The records after it in its order are sent nevertheless. */
  tooLarge: 'RecordTooLarge',
  /** Not tried, because a record before it in its order failed, or because time ran out. */
  notSent: 'NotSent',
} as const;

/** What became of every record of one call. */
export interface PutOutcome {
  /** Number of records durably in the stream. */
  readonly stored: number;
  /** Shard -> the highest sequence number at which one of them was stored. */
  readonly reached: ReadonlyMap<string, string>;
  /** All others, by ascending index. */
  readonly failed: readonly PutFailure[];
  /** Requests made. */
  readonly requests: number;
  /** Records sent again. */
  readonly retried: number;
  /** The error that ended the call before its time, where there was one. */
  readonly fatal: unknown;
}
