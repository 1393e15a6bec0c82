/** Why an event will never be stored. */
export interface Rejection {
  readonly code: string;
  readonly reason: string;
  /** JSON pointer to what is wrong in it. */
  readonly pointer: string;
}

/** What ingestion's answer to a batch means for the sender. Events are named by their index in the batch. */
export type Answer =
  /** Everything is stored but the events that were rejected. */
  | { readonly kind: 'stored'; readonly accepted: number; readonly rejected: ReadonlyMap<number, Rejection> }
  /**
   * To be sent again, after `retryAfter` milliseconds if the server asked for that: the events of `left`, or, where
   * it did not tell, all of them.
   */
  | {
      readonly kind: 'retry';
      readonly reason: string;
      readonly retryAfter: number | undefined;
      readonly rejected: ReadonlyMap<number, Rejection>;
      readonly left: ReadonlySet<number> | undefined;
    }
  /** More than one request may carry. */
  | { readonly kind: 'too-large'; readonly reason: string }
  /** Wrong whatever the events are: address, key, type. */
  | { readonly kind: 'refused'; readonly reason: string };

const RETRYABLE: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);
const NONE: ReadonlyMap<number, Rejection> = new Map();

/** What an attempt without an answer means: nobody knows what it stored. */
export const unanswered = (reason: string): Answer => ({
  kind: 'retry',
  reason,
  retryAfter: undefined,
  rejected: NONE,
  left: undefined,
});

/**
 * Interprets an answer of `POST /v1/events` or `POST /v1/events/{type}`.
 *
 * @param body - the answer's body: a receipt, or problem details (RFC 9457)
 */
export function interpret(status: number, headers: Headers, body: string): Answer {
  const content = parseObject(body);
  const reason = `${status}: ${describe(content, body)}`;
  const rejected = parseRejected(content.rejected);
  if (RETRYABLE.has(status)) {
    const retryAfter = parseRetryAfter(headers.get('retry-after'));
    return { kind: 'retry', reason, retryAfter, rejected, left: parseLeft(content.retry) };
  }
  if (status === 413) return { kind: 'too-large', reason };
  if (status >= 200 && status < 300 && typeof content.accepted === 'number') {
    return { kind: 'stored', accepted: content.accepted, rejected };
  }
  // A batch of which nothing was valid, or nothing allowed, is answered with 400 or 403 and the same list.
  if ((status === 400 || status === 403) && rejected.size > 0)
    return { kind: 'stored', accepted: 0, rejected };
  return { kind: 'refused', reason };
}

/**
 * Milliseconds to wait, from seconds or a date.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function parseRetryAfter(value: string | null, now = Date.now()): number | undefined {
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

function parseRejected(value: unknown): ReadonlyMap<number, Rejection> {
  if (!Array.isArray(value) || value.length === 0) return NONE;
  const rejected = new Map<number, Rejection>();
  for (const entry of value as unknown[]) {
    const { index, code, reason, pointer } = Object(entry) as Record<string, unknown>;
    if (typeof index !== 'number') continue;
    rejected.set(index, {
      code: textOf(code, 'rejected'),
      reason: textOf(reason, 'no reason given'),
      pointer: textOf(pointer, ''),
    });
  }
  return rejected;
}

const textOf = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);

function parseLeft(value: unknown): Set<number> | undefined {
  if (!Array.isArray(value)) return undefined;
  return new Set((value as unknown[]).filter((index) => typeof index === 'number'));
}

function parseObject(body: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(body)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function describe(content: Record<string, unknown>, body: string): string {
  const text = content.detail ?? content.title ?? content.message;
  return typeof text === 'string' ? text : body.slice(0, 200).trim() || 'no explanation';
}
