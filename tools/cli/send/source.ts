import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { addAbortSignal, pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** Bytes from a file or standard input, unpacked if they are compressed. */
export interface Source {
  readonly name: string;
  /** Length in bytes as stored; unknown for standard input. */
  readonly size: number | undefined;
  /** How many of those bytes have been read so far. */
  readonly bytesRead: () => number;
  readonly chunks: AsyncGenerator<Buffer>;
}

const READ_SIZE = 256 * 1024;
/** The first two bytes of every gzip member: https://datatracker.ietf.org/doc/html/rfc1952#page-6 */
const GZIP_MAGIC = [0x1f, 0x8b] as const;

/**
 * Opens a file, `-` for standard input. Compression is told by the content, not by the name.
 *
 * @param signal - ends reading, also where it waits for input that may never come
 * @throws the file system's error when the file cannot be opened; while reading, zlib's when it is damaged
 */
export async function openSource(file: string, signal: AbortSignal): Promise<Source> {
  const size = file === '-' ? undefined : (await stat(file)).size;
  const stream = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: READ_SIZE });
  addAbortSignal(signal, stream);
  let read = 0;
  const counted = async function* () {
    for await (const chunk of stream) {
      read += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
  };
  return {
    name: file === '-' ? 'standard input' : file,
    size,
    bytesRead: () => read,
    chunks: unpack(counted()),
  };
}

async function* unpack(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const [head, all] = await peek(chunks, ({ length }) => length >= GZIP_MAGIC.length);
  if (head[0] !== GZIP_MAGIC[0] || head[1] !== GZIP_MAGIC[1]) {
    yield* all;
    return;
  }
  const gunzip = createGunzip({ chunkSize: READ_SIZE });
  // The iteration below sees the error as well: the pipeline destroys its last stream with it.
  pipeline(Readable.from(all), gunzip, () => {});
  yield* gunzip;
}

/**
 * Looks at the first bytes, until they are enough or there are no more. Nothing is consumed.
 *
 * @param enough - takes as little as it can: what comes from a terminal or a pipe may stop at any time
 */
export async function peek(
  chunks: AsyncGenerator<Buffer>,
  enough: (head: Buffer) => boolean,
): Promise<[head: Buffer, all: AsyncGenerator<Buffer>]> {
  let head: Buffer = Buffer.alloc(0);
  while (!enough(head)) {
    const { done, value } = await chunks.next();
    if (done === true) break;
    head = Buffer.concat([head, value]);
  }
  return [
    head,
    (async function* () {
      if (head.length > 0) yield head;
      yield* chunks;
    })(),
  ];
}
