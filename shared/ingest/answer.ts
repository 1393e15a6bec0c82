import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { ErrorCode } from '../errors.ts';
import { problem } from './problem.ts';
import type { Receipt } from './receipt.ts';

type Answer = APIGatewayProxyStructuredResultV2;

/** The stream's limits are per second. */
const RETRY_THROTTLED_S = 2;
const RETRY_UNAVAILABLE_S = 5;
/** Lambda returns at most 6 MB, in which the body is escaped once more. */
const MAX_ANSWER = 4 * 1024 * 1024;

/** The answer to a request whose events were looked at: success only if every valid event is durably stored. */
export function answerOf(receipt: Receipt, throttled: boolean): Answer {
  const full = write(receipt, throttled);
  return Buffer.byteLength(full.body ?? '') <= MAX_ANSWER ? full : write(shortened(receipt), throttled);
}

function write({ stored, rejected, retry, duplicates, ids }: Receipt, throttled: boolean): Answer {
  const counted = {
    accepted: stored.length,
    rejected,
    ...(duplicates.length > 0 && { duplicates }),
  };
  if (retry.length > 0) {
    const detail = `${stored.length} events are stored, ${retry.length} are not: send those of "retry" again, with the same ids`;
    const members = { ...counted, stored, retry, ids };
    return throttled
      ? later('throttled', detail, RETRY_THROTTLED_S, members)
      : later('unavailable', detail, RETRY_UNAVAILABLE_S, members);
  }
  if (stored.length === 0 && rejected.length > 0) {
    const [first] = rejected;
    if (rejected.every(({ code }) => code === 'forbidden-type')) {
      return problem('forbidden-type', `${first?.reason}`, { members: counted });
    }
    const detail = `none of ${rejected.length} events is valid; the first: ${first?.reason}`;
    return problem('invalid-events', detail, { members: counted });
  }
  return {
    statusCode: 202,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...counted, ids }),
  };
}

function later(
  code: ErrorCode,
  detail: string,
  seconds: number,
  members: Readonly<Record<string, unknown>>,
): Answer {
  return problem(code, detail, { members, headers: { 'retry-after': `${seconds}` } });
}

/** Leaves out what a client can do without: its own ids, and the ends of reasons. An assigned id has 36 characters. */
function shortened(receipt: Receipt): Receipt {
  return {
    ...receipt,
    rejected: receipt.rejected.map(({ reason, ...rest }) => ({
      ...rest,
      id: null,
      reason: reason.slice(0, 40).toWellFormed(),
      pointer: '',
    })),
    ids: receipt.ids?.map((id) => (id !== null && id.length <= 36 ? id : null)),
  };
}
