const MIB = 1024 * 1024;

/** What one request may hold. */
export const LIMITS = {
  /**
   * Bytes of a body as sent. Lambda takes no larger event.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
   */
  body: 6 * MIB,
  /** Bytes of a body after decompression. */
  inflated: 20 * MIB,
  events: 10_000,
  /** Bytes of one event as it is stored. */
  event: 256 * 1024,
  /** Characters of an event's id, and of its partition key: both become parts of keys in tables. */
  name: 512,
  /** How far, in milliseconds, a sender's clock may be off and still be corrected. */
  clockOffset: 24 * 3_600_000,
  /**
   * Requests a second that the HTTP API lets through; web hooks are told of it.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
   */
  requestRate: 1_000,
} as const;
