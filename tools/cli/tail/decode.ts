import type { _Record as KinesisRecord } from '@aws-sdk/client-kinesis';
import { type KnownTypes, knownTypes } from '../../../shared/events/known-types.ts';
import type { StreamEvent } from '../../../shared/events/types.ts';
import { pipelines } from '../../../shared/pipelines/index.ts';
import type { ShardInfo } from '../../../shared/state/heads.ts';
import { decodeRecord } from '../../../shared/streams/decode.ts';

/** What is found in a stream, and where. */
export interface Item {
  readonly stream: string;
  readonly shard: string;
  readonly sequence: string;
  readonly subSequence: number;
  /** When its record arrived, epoch milliseconds; emulators may not say. */
  readonly arrival: number | undefined;
  /** An event, or why the bytes are none. */
  readonly content: StreamEvent | { readonly reason: string; readonly bytes: Uint8Array };
}

let types: KnownTypes | undefined;

/** The items of a record, whatever its format, in order. */
export function* itemsOf(
  stream: string,
  { shard, hashRange: [start, end] }: ShardInfo,
  { Data = new Uint8Array(), SequenceNumber: sequence = '', ApproximateArrivalTimestamp }: KinesisRecord,
): Generator<Item> {
  types ??= knownTypes(pipelines.flatMap((pipeline) => pipeline.types));
  const place = { stream, shard, sequence, arrival: ApproximateArrivalTimestamp?.getTime() };
  const items: Item[] = [];
  decodeRecord(
    Data,
    {
      event(subSequence, type, source, id, time, key, data, _trusted, extra) {
        const event = { type, source, id, time, key, data };
        items.push({ ...place, subSequence, content: extra === undefined ? event : { ...event, extra } });
      },
      undecodable(subSequence, reason, bytes) {
        items.push({ ...place, subSequence, content: { reason, bytes } });
      },
    },
    { types, hashRange: { start: BigInt(start), end: BigInt(end) } },
  );
  yield* items;
}
