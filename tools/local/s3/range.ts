import { errors } from './errors.ts';

/** A part of a body: first and last byte, both inclusive. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads a `Range` header against a body of `size` bytes: `bytes=0-9`, `bytes=10-`, `bytes=-5`.
 *
 * @returns `undefined` when the whole body is to be sent: no header, several ranges, or none that makes sense
 * @throws S3Error InvalidRange when no byte of the range exists
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-14.1.2
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  if (from === '') {
    const length = Math.min(Number(to), size);
    if (length === 0) throw errors.invalidRange();
    return { first: size - length, last: size - 1 };
  }
  const first = Number(from);
  if (to !== '' && Number(to) < first) return undefined;
  if (first >= size) throw errors.invalidRange();
  return { first, last: to === '' ? size - 1 : Math.min(Number(to), size - 1) };
}
