import { hash } from 'node:crypto';

/**
 * Reads records aggregated by the Kinesis Producer Library: a magic number, a protobuf message, its MD5.
 *
 *     message AggregatedRecord {
 *       repeated string partition_key_table = 1; repeated string explicit_hash_key_table = 2; repeated Record records = 3;
 *     }
 *     message Record {
 *       required uint64 partition_key_index = 1; optional uint64 explicit_hash_key_index = 2; required bytes data = 3;
 *       repeated Tag tags = 4;
 *     }
 *
 * Only this message is ever read, so the reader is written out: protobufjs would be most of a function's bundle, and
 * aws-kinesis-agg, which the tests compare with, brings it along.
 *
 * @see https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
 */
export const KPL_MAGIC = Buffer.from('f3899ac2', 'hex');

const DIGEST_LENGTH = 16;
/** 2^128 has 39 digits. */
const HASH_KEY = /^\d{1,39}$/;

/** A record as its producer put it, before aggregation. */
export interface SubRecord {
  readonly partitionKey: string;
  readonly explicitHashKey: string | undefined;
  /** A view of the aggregated record's bytes. */
  readonly data: Buffer;
}

/** Something that begins like an aggregated record and is not one; the message says what is wrong. */
export class KplFormatError extends Error {
  override readonly name = 'KplFormatError';
}

/**
 * Splits an aggregated record.
 *
 * @throws KplFormatError when the checksum or the message is wrong
 */
export function readAggregate(bytes: Buffer): SubRecord[] {
  const end = bytes.length - DIGEST_LENGTH;
  if (end < KPL_MAGIC.length) throw new KplFormatError('it is cut off');
  const message = bytes.subarray(KPL_MAGIC.length, end);
  if (!md5(message).equals(bytes.subarray(end))) throw new KplFormatError('its checksum is wrong');
  const partitionKeys: string[] = [];
  const hashKeys: string[] = [];
  const records: Buffer[] = [];
  readFields(message, (field, value) => {
    if (typeof value === 'number') return;
    if (field === 1) partitionKeys.push(value.toString());
    else if (field === 2) hashKeys.push(value.toString());
    else if (field === 3) records.push(value);
  });
  // The tables need not come before the records.
  return records.map((record) => readRecord(record, partitionKeys, hashKeys));
}

/** The MD5 by which Kinesis places a partition key in the range of hash keys. */
export const hashKeyOf = (partitionKey: string): bigint => BigInt(`0x${hash('md5', partitionKey, 'hex')}`);

const md5 = (bytes: Buffer): Buffer => hash('md5', bytes, 'buffer');

function readRecord(bytes: Buffer, partitionKeys: readonly string[], hashKeys: readonly string[]): SubRecord {
  let partitionKey: string | undefined;
  let explicitHashKey: string | undefined;
  let data: Buffer | undefined;
  readFields(bytes, (field, value) => {
    if (field === 1 && typeof value === 'number') partitionKey = entry(partitionKeys, value);
    else if (field === 2 && typeof value === 'number') explicitHashKey = entry(hashKeys, value);
    else if (field === 3 && typeof value !== 'number') data = value;
  });
  if (partitionKey === undefined) throw new KplFormatError('a record in it has no partition key');
  if (data === undefined) throw new KplFormatError('a record in it has no data');
  if (explicitHashKey !== undefined && !HASH_KEY.test(explicitHashKey)) {
    throw new KplFormatError('a record in it has an explicit hash key that is not a number');
  }
  return { partitionKey, explicitHashKey, data };
}

function entry(table: readonly string[], index: number): string {
  const value = table[index];
  if (value === undefined) throw new KplFormatError('a record in it names a key that its table lacks');
  return value;
}

/** Calls `visit` for every field of a protobuf message: a number for a varint, bytes for a length-delimited one. */
function readFields(bytes: Buffer, visit: (field: number, value: number | Buffer) => void): void {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      // Ten bytes hold 64 bits. Beyond 2^53 a number loses its last bits, but no table is that long.
      if (byte === undefined || scale > 128 ** 9) throw new KplFormatError('its message is malformed');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        visit(field, varint());
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        const end = varint() + at;
        if (end > bytes.length) throw new KplFormatError('its message is malformed');
        visit(field, bytes.subarray(at, end));
        at = end;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        throw new KplFormatError('its message is malformed');
    }
  }
  if (at !== bytes.length) throw new KplFormatError('its message is malformed');
}
