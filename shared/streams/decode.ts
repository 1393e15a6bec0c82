import { gunzipSync } from 'node:zlib';
import { visitCloudEvent } from '../events/cloudevents.ts';
import { COMPACT_MAGIC, visitCompact } from '../events/compact.ts';
import { type ParsedJson, parseJson } from '../events/json.ts';
import type { KnownTypes } from '../events/known-types.ts';
import { isNestedDeeper } from '../events/nesting.ts';
import type { EventVisitor } from '../events/types.ts';
import { unicodeProblem } from '../events/unicode.ts';
import { type HashRange, recordsInRange } from './hash-range.ts';
import { KPL_MAGIC, KplFormatError, readAggregate, type SubRecord } from './kpl.ts';
import { RecordRejects, type Rejects } from './rejects.ts';

/** How records are decoded. */
export interface DecodeOptions {
  /** The shard's own range: records aggregated by the KPL that lie outside are left out, but keep their numbers. */
  readonly hashRange?: HashRange;
  /** The event types known here: they give events their keys and compact batches their trust. */
  readonly types?: KnownTypes;
  /** The bytes that the compressed parts of one record may inflate to, all together. */
  readonly maxInflated?: number;
  /** Told how many bytes a compressed part inflates to: see {@link Inflation}. */
  readonly onInflated?: (bytes: number) => void;
}

/** What a function of 256 MB can still parse, even where it is all empty objects. */
const MAX_INFLATED = 8 * 1024 * 1024;

/** Batches of Millrace's own ingestion stay below. */
const INFLATED_AT_ONCE = 64 * 1024 * 1024;

const [M, R, VERSION] = Buffer.from(COMPACT_MAGIC) as unknown as [number, number, number];
const [KPL_FIRST] = KPL_MAGIC as unknown as [number];
const BRACE = 0x7b;
const BRACKET = 0x5b;
const GZIP = [0x1f, 0x8b] as const;

/**
 * What records inflate to, for whoever keeps what they decode to: a batch of a few megabytes can hold gigabytes, so after some of it
 * that should be dealt with before the rest is decoded.
 */
export class Inflation {
  #bytes = 0;

  readonly onInflated = (bytes: number): void => {
    this.#bytes += bytes;
  };

  /** Whether no more should be held at once. */
  get isEnough(): boolean {
    return this.#bytes > INFLATED_AT_ONCE;
  }
}

/**
 * Decodes one record of a stream, whatever its first bytes say it is: a CloudEvents event or batch in JSON, a compact batch,
 * either of these compressed with gzip, or an aggregate of the Kinesis Producer Library of any of these. gzip and
 * aggregates may contain each other, but nothing of their own kind.
 *
 * Bad data never throws: it becomes an `undecodable` item. What the visitor throws passes through.
 *
 * @returns the number of items, including those left out for their hash key
 */
export function decodeRecord(bytes: Uint8Array, visitor: EventVisitor, options: DecodeOptions = {}): number {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return new Decoder(options).decode(buffer, 0, {
    events: visitor,
    rejects: new RecordRejects(buffer, visitor),
  });
}

/** Where what is decoded goes. */
interface Sinks {
  readonly events: Pick<EventVisitor, 'event'>;
  readonly rejects: Rejects;
}

const NOWHERE: Sinks = { events: { event: () => {} }, rejects: { undecodable: () => {} } };

/** The state of decoding one record: what it is inside of, and what it may still inflate. */
class Decoder {
  readonly #options: DecodeOptions;
  #inflatable: number;
  #insideGzip = false;
  #insideAggregate = false;

  constructor(options: DecodeOptions) {
    this.#options = options;
    this.#inflatable = options.maxInflated ?? MAX_INFLATED;
  }

  /** Visits the items of `bytes`, numbered from `sub`, and returns the number after the last. */
  decode(bytes: Buffer, sub: number, sinks: Sinks): number {
    switch (bytes[0]) {
      case BRACE:
        return this.#event(bytes, 0, sub, sinks);
      case M:
        if (bytes[1] === R && bytes[2] === VERSION)
          return visitCompact(bytes, sub, sinks.events, sinks.rejects, this.#options.types);
        break;
      case BRACKET:
        return this.#batch(bytes, 0, sub, sinks);
      case GZIP[0]:
        if (bytes[1] === GZIP[1]) return this.#gzip(bytes, sub, sinks);
        break;
      case KPL_FIRST:
        if (KPL_MAGIC.equals(bytes.subarray(0, KPL_MAGIC.length))) return this.#aggregate(bytes, sub, sinks);
        break;
    }
    return this.#other(bytes, sub, sinks);
  }

  /** JSON may begin with white space or a byte order mark. */
  #other(bytes: Buffer, sub: number, sinks: Sinks): number {
    let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    while (isSpace(bytes[at])) at++;
    if (bytes[at] === BRACE) return this.#event(bytes, at, sub, sinks);
    if (bytes[at] === BRACKET) return this.#batch(bytes, at, sub, sinks);
    sinks.rejects.undecodable(sub, at === bytes.length ? 'an empty record' : 'of no known format', bytes);
    return sub + 1;
  }

  #event(bytes: Buffer, from: number, sub: number, sinks: Sinks): number {
    const parsed = parseJson(bytes, from);
    const reason = 'reason' in parsed ? parsed.reason : this.#visit(parsed, parsed.value, sub, sinks);
    if (reason !== undefined) sinks.rejects.undecodable(sub, reason, bytes);
    return sub + 1;
  }

  #batch(bytes: Buffer, from: number, first: number, sinks: Sinks): number {
    const parsed = parseJson(bytes, from);
    if ('reason' in parsed) {
      sinks.rejects.undecodable(first, parsed.reason, bytes);
      return first + 1;
    }
    let sub = first;
    for (const event of parsed.value as unknown[]) {
      const reason = this.#visit(parsed, event, sub, sinks);
      if (reason !== undefined) {
        // Writing is recursive where reading is not: an event nested too deep cannot be written by itself.
        sinks.rejects.undecodable(
          sub,
          reason,
          isNestedDeeper(event) ? bytes : Buffer.from(JSON.stringify(event)),
        );
      }
      sub++;
    }
    return sub;
  }

  /** @returns why it is no event, `undefined` when it was handed on */
  #visit({ isSuspect }: ParsedJson, event: unknown, sub: number, sinks: Sinks): string | undefined {
    const notUnicode = isSuspect ? unicodeProblem(event) : undefined;
    if (notUnicode !== undefined) return `not a CloudEvents event: ${notUnicode.reason}`;
    return visitCloudEvent(event, sub, sinks.events, this.#options.types);
  }

  #gzip(bytes: Buffer, sub: number, sinks: Sinks): number {
    const inflated = this.#insideGzip ? 'gzip inside gzip' : this.#inflate(bytes);
    if (typeof inflated === 'string') {
      sinks.rejects.undecodable(sub, inflated, bytes);
      return sub + 1;
    }
    this.#insideGzip = true;
    const next = this.decode(inflated, sub, sinks);
    this.#insideGzip = false;
    return next;
  }

  #inflate(bytes: Buffer): Buffer | string {
    // zlib refuses a limit of 0.
    if (this.#inflatable <= 0) return this.#tooLarge();
    try {
      const inflated = gunzipSync(bytes, { maxOutputLength: this.#inflatable });
      this.#inflatable -= inflated.length;
      this.#options.onInflated?.(inflated.length);
      return inflated;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') {
        return `not gzip: ${(error as Error).message}`;
      }
      this.#inflatable = 0;
      return this.#tooLarge();
    }
  }

  #tooLarge(): string {
    return `the record inflates to more than ${this.#options.maxInflated ?? MAX_INFLATED} bytes`;
  }

  #aggregate(bytes: Buffer, first: number, sinks: Sinks): number {
    const records = this.#insideAggregate ? 'inside an aggregate' : split(bytes);
    if (typeof records === 'string') {
      sinks.rejects.undecodable(first, `an aggregated record, but ${records}`, bytes);
      return first + 1;
    }
    const { hashRange } = this.#options;
    const inside = hashRange && recordsInRange(records, hashRange);
    this.#insideAggregate = true;
    let sub = first;
    // What is left out is decoded too: how many numbers it takes must not depend on the range.
    records.forEach(({ data }, index) => {
      sub = this.decode(data, sub, inside?.[index] === false ? NOWHERE : sinks);
    });
    this.#insideAggregate = false;
    return sub;
  }
}

function split(bytes: Buffer): SubRecord[] | string {
  try {
    return readAggregate(bytes);
  } catch (error) {
    if (error instanceof KplFormatError) return error.message;
    throw error;
  }
}

const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
