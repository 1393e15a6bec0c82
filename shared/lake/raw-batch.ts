import { gzipSync } from 'node:zlib';
import { cloudEventOf } from '../events/cloudevents.ts';
import { HEARTBEAT_TYPE, laterHeartbeat } from '../events/heartbeat.ts';
import type { EventVisitor } from '../events/types.ts';
import type { Position } from '../state/position.ts';
import { WHOLE_RECORD } from '../state/position.ts';
import type { SourceRecord } from '../state/writer.ts';
import { type DecodeOptions, decodeRecord } from '../streams/decode.ts';
import { originOf } from '../streams/redriven.ts';
import type { SetAsideItem } from '../streams/set-aside.ts';
import { type Line, RowError, rawLine } from './raw-row.ts';

/** Bytes of JSON at which an object is closed: about a tenth of it once compressed, and what fits the function's memory. */
export const MAX_BYTES = 48 * 1024 * 1024;

/** What some records of a shard decode to. */
export interface RawBatch {
  /** JSON lines. */
  readonly lines: readonly string[];
  readonly rejected: readonly SetAsideItem[];
  /** When the last heartbeat among them was sent, epoch milliseconds. */
  readonly heartbeat: number | undefined;
  /** Where the last record taken ends. */
  readonly to: Position;
}

/**
 * Decodes records into rows, whole records only, until they are enough for one object.
 *
 * @param records - at least one
 * @param lineOf - makes the row of an event
 * @param maxBytes - of JSON in one object, but for what the last record brings
 */
export function rawBatch(
  pipeline: string,
  shard: string,
  records: readonly SourceRecord[],
  options: DecodeOptions,
  lineOf: Line = rawLine,
  maxBytes = MAX_BYTES,
): RawBatch {
  const lines: string[] = [];
  const rejected: SetAsideItem[] = [];
  let heartbeat: number | undefined;
  let bytes = 0;
  let sequence = '';
  for (const record of records) {
    const { arrival } = record;
    const redriven = originOf(record.partitionKey);
    sequence = record.sequence;
    const visitor: EventVisitor = {
      event(sub, type, source, id, time, key, data, _trusted, extra) {
        const event = { type, source, id, time, key, data, ...(extra && { extra }) };
        if (type === HEARTBEAT_TYPE) heartbeat = laterHeartbeat(heartbeat, time);
        try {
          const line = lineOf(event, {
            ...{ pipeline, shard, sequence, subSequence: sub, arrival, redriven },
          });
          if (line === undefined) return;
          lines.push(line);
          bytes += line.length;
        } catch (error) {
          if (!(error instanceof RowError)) throw error;
          const rest = {
            code: 'invalid',
            reason: error.message,
            bytes: Buffer.from(JSON.stringify(cloudEventOf(event))),
          };
          rejected.push({ sequence, sub, arrival, ...rest });
        }
      },
      undecodable: (sub, reason, data) =>
        void rejected.push({ sequence, sub, arrival, code: 'undecodable', reason, bytes: Buffer.from(data) }),
    };
    decodeRecord(Buffer.from(record.data, 'base64'), visitor, options);
    if (bytes >= maxBytes) break;
  }
  return { lines, rejected, heartbeat, to: { sequence, sub: WHOLE_RECORD } };
}

/** The lines as the object holds them. */
export const compressLines = (lines: readonly string[]): Uint8Array => gzipSync(lines.join(''));
