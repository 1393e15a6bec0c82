import { DeltaFormatError } from './errors.ts';

/**
 * The encoding of deltas, in pieces. Numbers of a column are split into byte planes (first the lowest bytes of all rows, then the next):
 * whole numbers, as nearly all are, take as many planes as the column's range needs, and a general compressor finds
 * the regularity of the higher planes. Measured on the sample's columns: 20% smaller than JSON after compression, in
 * a third of the time. Columns of other numbers are JSON, in which decimals are shorter than their binary form.
 */

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder('utf-8', { fatal: true });

/** Tag of a column in JSON; smaller tags are the number of byte planes. */
const TEXT = 0xff;
const PLANE = 256;

/** Writes into a buffer that grows. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  /** @param expected - how many bytes to make room for at first */
  constructor(expected = 4096) {
    this.#bytes = new Uint8Array(expected);
  }

  /** What has been written; later writes do not change it. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  byte(value: number): void {
    this.#room(1)[this.#length++] = value;
  }

  /** A non-negative whole number, 7 bits to a byte, lowest first. */
  count(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.byte((rest % 128) | 128);
    this.byte(rest);
  }

  /** Bytes with their length before them. */
  block(bytes: Uint8Array): void {
    this.count(bytes.length);
    this.#room(bytes.length).set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Any JSON value. */
  json(value: unknown): void {
    this.block(utf8.encode(JSON.stringify(value)));
  }

  /** The numbers of one slot, in the order of the rows. */
  column(numbers: Float64Array): void {
    let least = Number.POSITIVE_INFINITY;
    let greatest = Number.NEGATIVE_INFINITY;
    let whole = true;
    for (let i = 0; i < numbers.length; i++) {
      const value = numbers[i] as number;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
      if (Math.floor(value) !== value) whole = false;
    }
    const range = greatest - least;
    if (
      whole &&
      Number.isSafeInteger(least) &&
      Number.isSafeInteger(greatest) &&
      Number.isSafeInteger(range)
    ) {
      this.#planes(numbers, least, range);
    } else {
      this.byte(TEXT);
      this.json([...numbers]);
    }
  }

  #planes(numbers: Float64Array, least: number, range: number): void {
    let planes = 0;
    for (let rest = range; rest >= 1; rest /= PLANE) planes++;
    this.byte(planes);
    this.json(least);
    const bytes = this.#room(planes * numbers.length);
    let to = this.#length;
    for (let plane = 0, scale = 1; plane < planes; plane++, scale /= PLANE) {
      for (let i = 0; i < numbers.length; i++) {
        // Storing into bytes keeps the lowest eight bits of the whole part.
        bytes[to++] = ((numbers[i] as number) - least) * scale;
      }
    }
    this.#length = to;
  }

  #room(extra: number): Uint8Array {
    const needed = this.#length + extra;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    return this.#bytes;
  }
}

/** Reads what {@link ByteWriter} wrote. Every method throws DeltaFormatError where the bytes are not that. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#at = 0;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new DeltaFormatError('the delta ends early');
    return value;
  }

  count(): number {
    let value = 0;
    for (let scale = 1; scale <= Number.MAX_SAFE_INTEGER; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new DeltaFormatError('the delta holds a length beyond 2^53');
  }

  block(): Uint8Array {
    return this.#take(this.count());
  }

  json(): unknown {
    const bytes = this.block();
    try {
      return JSON.parse(fromUtf8.decode(bytes));
    } catch (cause) {
      throw new DeltaFormatError('the delta holds broken text', { cause });
    }
  }

  /**
   * Reads a column into `into[offset]` and what follows it.
   *
   * @param absent - what a number that JSON cannot carry was: the infinity in which `min` and `max` begin
   */
  column(into: Float64Array, offset: number, count: number, absent: number): void {
    const tag = this.byte();
    const content = this.json();
    if (tag === TEXT) {
      if (!Array.isArray(content) || content.length !== count)
        throw new DeltaFormatError('a column is not complete');
      for (let i = 0; i < count; i++) into[offset + i] = content[i] ?? absent;
      return;
    }
    if (tag > 7 || typeof content !== 'number')
      throw new DeltaFormatError('a column is of an unknown encoding');
    into.fill(content, offset, offset + count);
    const bytes = this.#take(tag * count);
    for (let plane = 0, scale = 1, from = 0; plane < tag; plane++, scale *= PLANE) {
      for (let to = offset; to < offset + count; to++, from++) {
        into[to] = (into[to] as number) + (bytes[from] as number) * scale;
      }
    }
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new DeltaFormatError('the delta ends early');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
