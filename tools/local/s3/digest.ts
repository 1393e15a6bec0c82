import { createHash, type Hash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { crc32 } from 'node:zlib';
import { errors } from './errors.ts';

/** A checksum of a body: S3's name of the algorithm, and the value in base64. */
export interface Checksum {
  readonly algorithm: string;
  readonly value: string;
}

const HEADER = 'x-amz-checksum-';
/** Headers that begin like a checksum and are not one. */
const OTHERS = new Set(['x-amz-checksum-mode', 'x-amz-checksum-algorithm', 'x-amz-checksum-type']);

/** Finds `x-amz-checksum-<algorithm>` among headers or trailers. */
export function findChecksum(fields: Iterable<readonly [string, unknown]>): Checksum | undefined {
  for (const [name, value] of fields) {
    if (name.startsWith(HEADER) && !OTHERS.has(name) && typeof value === 'string') {
      return { algorithm: name.slice(HEADER.length), value };
    }
  }
  return undefined;
}

/**
 * Passes a body through and takes its digests: MD5 for the ETag, and those of the checksum algorithms that Node has.
 * CRC32C and CRC64NVME are kept as the client sent them, unchecked.
 */
export class Digester extends Transform {
  size = 0;
  #md5: Hash = createHash('md5');
  #sha1: Hash | undefined;
  #sha256: Hash | undefined;
  #crc: number | undefined;

  /** @param algorithm - the checksum algorithm that the request announced, as in its header's or trailer's name */
  constructor(algorithm: string | undefined) {
    super();
    if (algorithm === 'sha1') this.#sha1 = createHash('sha1');
    if (algorithm === 'sha256') this.#sha256 = createHash('sha256');
    if (algorithm === 'crc32') this.#crc = 0;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.size += chunk.length;
    this.#md5.update(chunk);
    this.#sha1?.update(chunk);
    this.#sha256?.update(chunk);
    if (this.#crc !== undefined) this.#crc = crc32(chunk, this.#crc);
    done(null, chunk);
  }

  /**
   * Ends the digests.
   *
   * @returns the MD5 in hexadecimal
   * @throws S3Error BadDigest when the body is not the one that the client took its digests of
   */
  finish(contentMd5: string | undefined, checksum: Checksum | undefined): string {
    const md5 = this.#md5.digest();
    if (contentMd5 !== undefined && contentMd5 !== md5.toString('base64'))
      throw errors.badDigest('Content-MD5');
    const computed = this.#sha1?.digest('base64') ?? this.#sha256?.digest('base64') ?? encodeCrc(this.#crc);
    if (checksum !== undefined && computed !== undefined && computed !== checksum.value) {
      throw errors.badDigest(`checksum ${checksum.algorithm}`);
    }
    return md5.toString('hex');
  }
}

function encodeCrc(crc: number | undefined): string | undefined {
  if (crc === undefined) return undefined;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc);
  return bytes.toString('base64');
}
