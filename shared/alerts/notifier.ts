import type { Alert } from './alert.ts';
import { type History, isKnown, remember } from './history.ts';
import type { AlertEntry, AlertLedger } from './ledger.ts';

/** What notifying works with. */
export interface NotifierOptions<A extends Alert> {
  readonly ledger: AlertLedger;
  /** Milliseconds of event time for which an alert keeps others of its key quiet. */
  readonly quiet: number;
  /** A name that no other process has. */
  readonly owner: string;
  /** Sends a notification. It must have ended, one way or the other, within {@link PUBLISH_MS}. */
  readonly publish: (alert: A) => Promise<void>;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** How long a notification may take to be sent, all tries together. */
export const PUBLISH_MS = 8_000;
/** Others wait so long for whoever has claimed an alert; clocks of different machines may differ by what it is longer. */
const LEASE_MS = 15_000;
const POLL_MS = 500;
/** Keys whose history is kept in memory. */
const MAX_KNOWN = 20_000;
/** Others may change an item between reading and writing it, but not for ever. */
const MAX_ATTEMPTS = 100;

/** An item of the ledger changed under every attempt to write it. */
export class AlertContention extends Error {
  override readonly name = 'AlertContention';
}

/**
 * Sends alerts once: *claim*, *send*, *remember*, each step conditional on what the step before has read.
 *
 * Whoever finds a claim of another waits until the alert is sent or the lease is over. A process that dies between
 * sending and remembering leaves a claim of which nobody knows whether it was sent; its records are delivered again, and
 * the alert then goes out a second time, with the same id. That is the only repetition: SNS has no transaction with a
 * table. See docs/decisions/0017-alerts.md.
 */
export class Notifier<A extends Alert = Alert> {
  readonly #options: NotifierOptions<A>;
  readonly #known = new Map<string, History>();

  constructor(options: NotifierOptions<A>) {
    this.#options = options;
  }

  /**
   * Alerts of one key must be given one after the other.
   *
   * @returns whether it was sent now; `false` where it was known
   * @throws whatever `publish` and the table throw: the alert must be given again then
   */
  async notify(alert: A): Promise<boolean> {
    const { ledger, quiet, owner, publish, now, sleep } = this.#options;
    const { key, time } = alert;
    const remembered = this.#known.get(key);
    // What is known once stays known: a history from memory may be old, but its yes is a yes.
    if (remembered !== undefined && isKnown(remembered, alert, quiet)) return false;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const entry = await ledger.read(key);
      this.#keep(key, entry.history);
      if (isKnown(entry.history, alert, quiet)) return false;
      const { claim } = entry;
      if (claim !== undefined && claim.owner !== owner && claim.lease > now()) {
        await sleep(Math.min(POLL_MS, claim.lease - now()));
        continue;
      }
      const lease = now() + LEASE_MS;
      const claimed = await ledger.replace(key, entry, {
        history: entry.history,
        claim: { time, owner, lease },
      });
      // A claim that took its time is made again, rather than to run out while the alert is on its way.
      if (claimed === undefined || lease - now() < PUBLISH_MS) continue;
      await publish(alert);
      await this.#remember(alert, claimed);
      return true;
    }
    throw new AlertContention(
      `the alerts of a key of "${alert.stage}" changed under ${MAX_ATTEMPTS} attempts`,
    );
  }

  /** What is sent is remembered, even if the lease ran out meanwhile and the item is another's by now. */
  async #remember({ stage, key, time }: Alert, claimed: AlertEntry): Promise<void> {
    const { ledger, owner } = this.#options;
    let entry = claimed;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const history = remember(entry.history, time);
      const claim = entry.claim?.owner === owner ? undefined : entry.claim;
      if ((await ledger.replace(key, entry, { history, claim })) !== undefined) {
        this.#keep(key, history);
        return;
      }
      entry = await ledger.read(key);
      if (entry.history.sent.includes(time)) return;
    }
    throw new AlertContention(`an alert of "${stage}" was sent and could not be remembered`);
  }

  #keep(key: string, history: History): void {
    this.#known.delete(key);
    this.#known.set(key, history);
    if (this.#known.size > MAX_KNOWN) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
  }
}
