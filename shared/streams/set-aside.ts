import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** Something of a stream that could not be processed. */
export interface SetAsideItem {
  /** Sequence number of its record. */
  readonly sequence: string;
  /** Its place in the record. */
  readonly sub: number;
  /** When the record arrived, epoch milliseconds. */
  readonly arrival: number;
  readonly code: string;
  readonly reason: string;
  /** The original bytes. */
  readonly bytes: Uint8Array;
  /** Partition key of its record, where that is known: with it the record can be put back to where it came from. */
  readonly partitionKey?: string;
}

/** Where items come from and go to. */
export interface SetAsidePlace {
  readonly bucket: string;
  readonly stage: string;
  readonly stream: string;
  readonly shard: string;
}

/** Objects written at the same time: enough that a batch of nothing but bad records stays within a function's time. */
const CONCURRENCY = 32;

/**
 * Writes what could not be processed to the lake, one object each, named by position: a repeated delivery overwrites the
 * same objects with the same content. (Several items to an object would be named by a range of positions, and ranges
 * differ from delivery to delivery.)
 *
 * @throws the first error of S3 once no put is under way any more; the delivery is to be repeated then
 */
export async function setAside(
  client: S3Client,
  place: SetAsidePlace,
  items: readonly SetAsideItem[],
): Promise<void> {
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const work = async () => {
    for (let item = items[next++]; item !== undefined && failure === undefined; item = items[next++]) {
      try {
        await put(client, place, item);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, items.length) }, work));
  if (failure !== undefined) throw failure.error;
}

/** Adds to each item the partition key of the record that it was in. */
export function withPartitionKeys<Item extends SetAsideItem>(
  items: readonly Item[],
  records: readonly { readonly sequence: string; readonly partitionKey?: string }[],
): Item[] {
  const keys = new Map(records.map(({ sequence, partitionKey }) => [sequence, partitionKey]));
  return items.map((item) => {
    const partitionKey = keys.get(item.sequence);
    return partitionKey === undefined ? item : { ...item, partitionKey };
  });
}

/** The name of an item's object: a function of its position and arrival alone. */
export function setAsideKey(place: Omit<SetAsidePlace, 'bucket'>, item: SetAsideItem): string {
  const date = new Date(item.arrival).toISOString().slice(0, 10);
  return `rejected/stage=${place.stage}/dt=${date}/${place.shard}-${item.sequence}-${item.sub}.json`;
}

async function put(client: S3Client, place: SetAsidePlace, item: SetAsideItem): Promise<void> {
  const { bucket, stage, stream, shard } = place;
  const { sequence, sub, arrival, reason, code, bytes, partitionKey } = item;
  await client.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: setAsideKey(place, item),
      ContentType: 'application/json',
      Body: JSON.stringify({
        stage,
        stream,
        shard,
        sequence,
        sub,
        arrival: new Date(arrival).toISOString(),
        // What a declaration's own functions throw can be anything.
        reason: reason.toWellFormed(),
        code,
        partition_key: partitionKey?.toWellFormed(),
        bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
      }),
    }),
  );
}
