import type { IncomingMessage } from 'node:http';

/** A request body that is larger than is taken. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

/**
 * Reads a whole request body.
 *
 * @throws BodyTooLargeError as soon as that is known; Error when the client goes away
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = (): never => {
    throw new BodyTooLargeError(`the body has more than ${limit} bytes`);
  };
  if (Number(request.headers['content-length'] ?? 0) > limit) tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop must not destroy the request: its connection still carries the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > limit) tooLarge();
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
