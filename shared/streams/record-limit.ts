/**
 * What a record may have with its partition key, unless its stream was told otherwise.
 *
 * @see https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
export const MAX_RECORD_BYTES = 1024 * 1024;
/** What an event that is put alone may have, as a partition key takes up to 256 characters. */
export const MAX_EVENT_BYTES = MAX_RECORD_BYTES - 4 * 256;
