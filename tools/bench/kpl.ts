import { hash } from 'node:crypto';
import { KPL_MAGIC } from '../../shared/streams/kpl.ts';

/** A record as a producer gives it to the Kinesis Producer Library. */
export interface UserRecord {
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

/**
 * Aggregates records as the KPL does. (AWS's own module, which the tests use, brings protobufjs along and does not bundle.)
 *
 * @see https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
 */
export function aggregate(records: readonly UserRecord[]): Buffer {
  const keys = new Map<string, number>();
  for (const { partitionKey } of records) {
    if (!keys.has(partitionKey)) keys.set(partitionKey, keys.size);
  }
  const message = Buffer.concat([
    ...[...keys.keys()].map((key) => bytesField(1, Buffer.from(key))),
    ...records.map(({ partitionKey, data }) => {
      const index = varint(keys.get(partitionKey) ?? 0);
      return bytesField(3, Buffer.concat([varint(1 << 3), index, bytesField(3, data)]));
    }),
  ]);
  return Buffer.concat([KPL_MAGIC, message, hash('md5', message, 'buffer')]);
}

const bytesField = (field: number, bytes: Uint8Array): Buffer =>
  Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left > 0x7f; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  return Buffer.from([...bytes, left]);
}
