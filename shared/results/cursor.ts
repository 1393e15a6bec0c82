import { createHash } from 'node:crypto';

/** What a page of results was asked for; a cursor continues exactly this. Times in epoch milliseconds. */
export interface WindowQuery {
  readonly stage: string;
  readonly key?: string | undefined;
  /** Window starts from here on. */
  readonly from?: number | undefined;
  /** Window starts before this. */
  readonly to?: number | undefined;
}

/** A cursor that was changed, or that belongs to another query. */
export class CursorError extends Error {
  override readonly name = 'CursorError';

  constructor() {
    super('the cursor is not one of this query: repeat the query as it was, with the cursor it returned');
  }
}

/**
 * Binds a position to its query by a checksum. That is no secret: a position says only where to go on in a query
 * that its holder may make anyway; the checksum tells a damaged or misplaced cursor from a good one.
 */
function checksum(query: WindowQuery, position: string): string {
  const parts = [query.stage, query.key ?? null, query.from ?? null, query.to ?? null, position];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16);
}

/** Makes the cursor of the page that follows the sort key `position`. */
export function writeCursor(query: WindowQuery, position: string): string {
  return Buffer.from(JSON.stringify([checksum(query, position), position])).toString('base64url');
}

/**
 * @returns the sort key of the last item of the previous page
 * @throws CursorError when the cursor was not made by {@link writeCursor} for the same query
 */
export function readCursor(query: WindowQuery, cursor: string): string {
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw new CursorError();
  }
  const [sum, position] = Array.isArray(content) ? content : [];
  // Comparing the whole text refuses what decodes to the same content as well.
  if (typeof position !== 'string' || sum !== checksum(query, position)) throw new CursorError();
  if (writeCursor(query, position) !== cursor) throw new CursorError();
  return position;
}
