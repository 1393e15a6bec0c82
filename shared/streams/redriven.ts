/** Kinesis' limit on the length of a partition key, in characters. */
const MAX_PARTITION_KEY = 256;
const MARK = ' redriven ';

/**
 * The partition key of a record that is put back into its stream: the one that it had, and where the lake keeps what was set aside.
 * The explicit hash key decides the shard and the partition key is a label; so the bytes of the record stay what they
 * were, and the lake still learns that they are no new arrival.
 *
 * @param hour - of the first arrival, `YYYY-MM-DDTHH`
 * @param name - of the object under `rejected/`
 */
export function redrivenKey(key: string, hour: string, name: string): string {
  const label = `${MARK}${hour} ${name}`;
  // A cut may leave half a character, which no key can have.
  const kept = originalKey(key)
    .slice(0, MAX_PARTITION_KEY - label.length)
    .toWellFormed();
  return `${kept}${label}`;
}

/** The partition key that a record had when it came for the first time. */
export function originalKey(partitionKey: string): string {
  const at = partitionKey.indexOf(MARK);
  return at < 0 ? partitionKey : partitionKey.slice(0, at);
}

/** Of a record that was put back: the hour of its first arrival and the name of what was set aside; else `undefined`. */
export function originOf(partitionKey: string | undefined): string | undefined {
  const at = partitionKey?.indexOf(MARK) ?? -1;
  return at < 0 ? undefined : partitionKey?.slice(at + MARK.length);
}
