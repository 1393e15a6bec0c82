import { withTimeout } from '../runtime/backoff.ts';
import { faultCode, faultMessage } from '../runtime/faults.ts';
import type { Caller } from './identify.ts';
import { ProblemError } from './problem.ts';
import type { UsageCounter } from './sender-table.ts';
import type { Warn } from './warn.ts';

/** Length of the windows that a rate is kept over: short bursts are let through, and the count costs little. */
export const RATE_WINDOW_MS = 10_000;
const DAY_MS = 24 * 3_600_000;
/** A container takes this part of a limit at a time, so that a window costs at most so many writes, however many requests. */
const BLOCKS = 32;
const TIMEOUT_MS = 2_000;

/** What a container has taken of one limit, for the window that is running. */
interface Lease {
  readonly window: number;
  /** Events that may still be stored without asking. */
  left: number;
  /** Events asked for at a time. */
  block: number;
  /** So many more were refused: nobody need ask for as many again. */
  refused: number;
}

interface Limit {
  readonly kind: 'rate' | 'quota';
  readonly events: number;
  readonly windowMs: number;
}

/**
 * Keeps rates and quotas of keys across all containers: counters per window in a table, from which each container leases
 * blocks. It never lets more through than the limit; what a container has leased and does not use is lost to the others until
 * the window ends (docs/decisions/0022).
 */
export class UsageMeter {
  readonly #counter: UsageCounter;
  readonly #warn: Warn;
  readonly #now: () => number;
  readonly #leases = new Map<string, Lease>();

  constructor(counter: UsageCounter, warn: Warn, now: () => number = Date.now) {
    this.#counter = counter;
    this.#warn = warn;
    this.#now = now;
  }

  /**
   * Counts events that are about to be stored. Where the table cannot be reached they are let through: limits are for the
   * sake of the others, and an event that is lost is lost.
   *
   * @returns gives back the count of events that were not stored after all
   * @throws ProblemError `rate-limited`, or `too-many-events` where no window could ever hold as many
   */
  async take(caller: Caller, events: number): Promise<(unused: number) => void> {
    const taken: Lease[] = [];
    const giveBack = (unused: number) => {
      for (const lease of taken) lease.left += unused;
    };
    for (const limit of limitsOf(caller)) {
      if (events > limit.events) throw tooMany(limit, events);
      const lease = await this.#lease(caller, limit, events);
      if (lease !== undefined) taken.push(lease);
      else {
        giveBack(events);
        throw this.#refusal(limit);
      }
    }
    return giveBack;
  }

  /** @returns what the events were taken from; undefined where there is too little left */
  async #lease(caller: Caller, limit: Limit, events: number): Promise<Lease | undefined> {
    const lease = this.#leaseOf(caller, limit);
    if (lease.left >= events) {
      lease.left -= events;
      return lease;
    }
    const missing = events - lease.left;
    if (missing >= lease.refused) return undefined;
    // Taken before anything is waited for, so that no other request counts on it.
    lease.left = 0;
    for (;;) {
      const amount = Math.max(missing, lease.block);
      if (await this.#add(caller, limit, lease, amount)) {
        lease.left += amount - missing;
        return lease;
      }
      if (amount === missing) break;
      // Near the end of the limit there is no whole block to be had any more.
      lease.block = Math.floor(amount / 2);
    }
    lease.left += events - missing;
    lease.refused = Math.min(lease.refused, missing);
    return undefined;
  }

  #leaseOf({ id }: Caller, { kind, events, windowMs }: Limit): Lease {
    const name = `${id}#${kind}`;
    const window = Math.floor(this.#now() / windowMs);
    const known = this.#leases.get(name);
    if (known?.window === window) return known;
    const block = Math.ceil(events / BLOCKS);
    const lease = { window, left: 0, block, refused: Number.POSITIVE_INFINITY };
    this.#leases.set(name, lease);
    return lease;
  }

  async #add({ id }: Caller, limit: Limit, { window }: Lease, amount: number): Promise<boolean> {
    const { kind, events, windowMs } = limit;
    const expiresAt = (window + 2) * windowMs;
    try {
      return await withTimeout(TIMEOUT_MS, () =>
        this.#counter.add(`${id}#${kind}#${window}`, amount, events, expiresAt),
      );
    } catch (error) {
      this.#warn('the use of a key could not be counted', {
        code: faultCode(error),
        reason: faultMessage(error),
      });
      return true;
    }
  }

  #refusal({ kind, events, windowMs }: Limit): ProblemError {
    const seconds = Math.max(1, Math.ceil((windowMs - (this.#now() % windowMs)) / 1000));
    const what = kind === 'rate' ? `${events} events in ${windowMs / 1000} s` : `${events} events a day`;
    return new ProblemError('rate-limited', `the key's limit is ${what}`, {
      headers: { 'retry-after': String(seconds) },
    });
  }
}

function limitsOf({ limits: { rate, quota } }: Caller): Limit[] {
  const limits: Limit[] = [];
  if (rate !== undefined) {
    const events = Math.max(1, Math.floor((rate * RATE_WINDOW_MS) / 1000));
    limits.push({ kind: 'rate', events, windowMs: RATE_WINDOW_MS });
  }
  if (quota !== undefined) limits.push({ kind: 'quota', events: quota, windowMs: DAY_MS });
  return limits;
}

const tooMany = ({ kind, events, windowMs }: Limit, given: number): ProblemError =>
  new ProblemError(
    'too-many-events',
    `the request holds ${given} events, and the ${kind} of the key is ${events} in ${windowMs / 1000} s`,
  );
