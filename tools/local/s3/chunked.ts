import { Transform, type TransformCallback } from 'node:stream';
import { errors } from './errors.ts';

/** Longer lines than this are not chunk headers or trailers but something that was never aws-chunked. */
const MAX_LINE = 16 * 1024;

/**
 * Decodes `Content-Encoding: aws-chunked`: `<hex size>[;chunk-signature=...]\r\n<bytes>\r\n`, ended by a chunk of size
 * zero and, where announced, trailers such as `x-amz-checksum-crc32:...`. Signatures are not checked: nobody here has a
 * secret.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export class AwsChunkedDecoder extends Transform {
  /** Trailers by lower-case name; complete when the stream has ended. */
  readonly trailers = new Map<string, string>();
  #state: 'size' | 'data' | 'dataEnd' | 'trailer' = 'size';
  #line = '';
  #left = 0;
  #complete = false;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      let at = 0;
      while (at < chunk.length) at = this.#state === 'data' ? this.#data(chunk, at) : this.#text(chunk, at);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    done(this.#complete ? null : errors.incompleteBody());
  }

  #data(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#left);
    this.push(chunk.subarray(at, end));
    this.#left -= end - at;
    if (this.#left === 0) this.#state = 'dataEnd';
    return end;
  }

  #text(chunk: Buffer, at: number): number {
    const newline = chunk.indexOf(0x0a, at);
    const end = newline < 0 ? chunk.length : newline;
    this.#line += chunk.toString('latin1', at, end);
    if (this.#line.length > MAX_LINE) throw errors.malformedBody();
    if (newline < 0) return end;
    this.#takeLine(this.#line.replace(/\r$/, ''));
    this.#line = '';
    return newline + 1;
  }

  #takeLine(line: string): void {
    if (this.#state === 'dataEnd') {
      if (line !== '') throw errors.malformedBody();
      this.#state = 'size';
    } else if (this.#state === 'size') {
      const [, hex] = /^([0-9a-fA-F]+)(?:;.*)?$/.exec(line) ?? [];
      if (hex === undefined) throw errors.malformedBody();
      this.#left = Number.parseInt(hex, 16);
      this.#complete = this.#left === 0;
      this.#state = this.#complete ? 'trailer' : 'data';
    } else {
      const colon = line.indexOf(':');
      if (colon > 0)
        this.trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
    }
  }
}
