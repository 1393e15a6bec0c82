import { parseEventTime } from '../events/time.ts';
import type { StreamEvent } from '../events/types.ts';
import { withTimeout } from '../runtime/backoff.ts';
import { faultCode, faultMessage } from '../runtime/faults.ts';
import { LIMITS } from './limits.ts';
import { ProblemError } from './problem.ts';
import type { Headers } from './request.ts';
import type { ClockMemory } from './sender-table.ts';
import type { Warn } from './warn.ts';

/** The extension attribute that keeps the time an event came with. */
export const ORIGINAL_TIME = 'originaltime';
/** The answer's header that says what was added to event times, in milliseconds. */
export const OFFSET_HEADER = 'millrace-clock-offset';

/** Smaller differences, in milliseconds, are the way that a request takes, or what a clock kept by NTP is off. */
const TOLERANCE_MS = 5_000;
const TIMEOUT_MS = 4_000;
const RETRY_AFTER_S = 1;
const DAY_MS = 24 * 3_600_000;
/** How long an offset is remembered: a sender may have events for as long as it likes, a request is not retried for ever. */
const KEEP_SENDER_MS = 400 * DAY_MS;
const KEEP_REQUEST_MS = 30 * DAY_MS;
const MAX_SENDER = 256;

/** When a request was sent by its sender's clock, and under what name the difference to ours is remembered. */
export interface Sending {
  readonly sentAt: number;
  readonly sender: string | undefined;
}

/**
 * Reads the headers `millrace-sent-at` or `sent-at`, and `millrace-sender`.
 *
 * @returns `undefined` where the sender says nothing of its clock
 * @throws ProblemError `invalid-sent-at`
 */
export function sendingOf(headers: Headers): Sending | undefined {
  const text = headers['millrace-sent-at'] ?? headers['sent-at'];
  if (text === undefined) return undefined;
  const sentAt = parseEventTime(/^\d+$/.test(text) ? Number(text) : text);
  if (sentAt === undefined) {
    throw new ProblemError(
      'invalid-sent-at',
      `"${text.slice(0, 40)}" is neither a date-time nor milliseconds`,
    );
  }
  return { sentAt, sender: headers['millrace-sender']?.slice(0, MAX_SENDER) };
}

/**
 * How much is added to the times of a request's events. It is measured once and remembered under the sender's name, or under
 * the time of sending where it has none: a retry gets the offset that the first attempt got, however much later it comes,
 * and with it the same event times, which de-duplication relies on (docs/decisions/0021).
 *
 * @param caller - whose key or token it is; senders of different callers have nothing to do with each other
 * @param memory - undefined where nothing is to be remembered, because nothing is stored
 * @throws ProblemError `invalid-sent-at` or `clock-unavailable`
 */
export async function offsetOf(
  { sentAt, sender }: Sending,
  caller: string,
  now: number,
  memory: ClockMemory | undefined,
  warn: Warn,
): Promise<number> {
  const measured = Math.abs(now - sentAt) <= TOLERANCE_MS ? 0 : now - sentAt;
  const name = JSON.stringify(sender === undefined ? [caller, sentAt] : [caller, sender, 'named']);
  const keep = sender === undefined ? KEEP_REQUEST_MS : KEEP_SENDER_MS;
  // What is out of bounds was never remembered, but may be the late retry of a request that was.
  const isBelieved = Math.abs(measured) <= LIMITS.clockOffset;
  const offset =
    memory === undefined
      ? undefined
      : await remembered(memory, name, isBelieved ? measured : undefined, keep, warn);
  if (offset !== undefined) return offset;
  if (isBelieved) return measured;
  throw new ProblemError(
    'invalid-sent-at',
    `sent at ${new Date(sentAt).toISOString()}, but arrived at ${new Date(now).toISOString()}`,
  );
}

async function remembered(
  memory: ClockMemory,
  name: string,
  measured: number | undefined,
  keepMs: number,
  warn: Warn,
): Promise<number | undefined> {
  try {
    return await withTimeout(TIMEOUT_MS, () => memory.remember(name, measured, keepMs));
  } catch (error) {
    warn('the offset of a clock could not be remembered', {
      code: faultCode(error),
      reason: faultMessage(error),
    });
    throw new ProblemError('clock-unavailable', 'the table of senders could not be reached', {
      headers: { 'retry-after': `${RETRY_AFTER_S}` },
    });
  }
}

/** The event with its time corrected; the time it came with stays as an extension. */
export function correctTime(event: StreamEvent, offset: number): StreamEvent {
  const { time: original, ...extra } = event.extra ?? {};
  const written = typeof original === 'string' ? original : new Date(event.time).toISOString();
  // Beyond the years that can be written there is nothing to correct to.
  const time = parseEventTime(event.time + offset);
  return time === undefined ? event : { ...event, time, extra: { ...extra, [ORIGINAL_TIME]: written } };
}
