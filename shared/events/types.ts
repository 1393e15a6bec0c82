/** One event as stages see it: CloudEvents attributes in their compact form. */
export interface StreamEvent {
  readonly type: string;
  readonly source: string;
  readonly id: string;
  /** Event time, epoch milliseconds. */
  readonly time: number;
  /** The `partitionkey` extension: events of one key stay in order. */
  readonly key: string;
  readonly data: unknown;
  /** Attributes that the fields above do not hold, kept so that the event's CloudEvents form loses nothing. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/**
 * Takes what a record decodes to, in order. A visitor instead of a list of events, so that the hot path of a window
 * function makes no object per event. `sub` numbers the items of one record from 0: events and undecodable ones alike,
 * over all sub-records of an aggregated record, and the same on every delivery.
 */
export interface EventVisitor {
  /**
   * @param trusted - the producer was Millrace's own ingestion with this version of the schema: data needs no validation
   * @param extra - attributes that the other parameters do not hold (see {@link StreamEvent.extra})
   */
  event(
    sub: number,
    type: string,
    source: string,
    id: string,
    time: number,
    key: string,
    data: unknown,
    trusted: boolean,
    extra?: Readonly<Record<string, unknown>>,
  ): void;
  /** Something that is not an event: why, and its bytes. */
  undecodable(sub: number, reason: string, bytes: Uint8Array): void;
}
