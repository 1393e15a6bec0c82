import { Batcher } from './batcher.ts';
import type { CloudEvent, DataOf, DeclaredType, TypeNamed } from './declared.ts';
import { type DeliveryOptions, deliver } from './delivery.ts';
import { BATCH, BUFFER, type ClientOptions, RETRY, withDefaults } from './options.ts';
import { BufferedEvent, type Outcome, type Prepared, type Ticket } from './outcome.ts';
import { Preparer, type SendOptions } from './prepare.ts';
import { Problems } from './problems.ts';
import { Requests } from './request.ts';
import { pause } from './retry-delay.ts';
import { Room } from './room.ts';
import { slotOf } from './slot.ts';

/** What has become of the events so far. */
export interface Counts {
  /** Taken, and not settled yet. */
  readonly waiting: number;
  readonly stored: number;
  readonly rejected: number;
  readonly failed: number;
  /** Requests that were repeated. */
  readonly retried: number;
}

/** An event was sent through a client that is closed. */
export class ClientClosedError extends Error {
  override readonly name = 'ClientClosedError';
}

const CLOSE_MS = 30_000;

/**
 * Sends events to Millrace: many to a request, compressed, again with the same ids until they are stored, in order per key, with
 * a bounded buffer.
 *
 * @typeParam Type - the declared types of its events, inferred from the option `types`
 */
export class MillraceClient<const Type extends DeclaredType = DeclaredType> {
  readonly #options: ClientOptions<Type>;
  readonly #prepare: Preparer<Type>;
  readonly #room: Room;
  readonly #delivery: DeliveryOptions;
  readonly #batchers = new Map<string, Batcher>();
  readonly #abort = new AbortController();
  readonly #problems: Problems;
  readonly #warn: (message: string) => void;
  readonly #counts = { stored: 0, rejected: 0, failed: 0, retried: 0 };
  #closing: Promise<void> | undefined;

  /** @throws TypeError when the address is none */
  constructor(options: ClientOptions<Type>) {
    const retry = withDefaults(RETRY, options.retry);
    this.#options = options;
    this.#prepare = new Preparer(options.types, options.batch?.span !== undefined);
    this.#room = new Room(withDefaults(BUFFER, options.buffer));
    this.#warn = options.warn ?? console.warn;
    this.#problems = new Problems(this.#warn);
    this.#delivery = {
      requests: new Requests({ ...options, requestTimeout: retry.requestTimeout }),
      retry,
      signal: this.#abort.signal,
      settle: (event, outcome) => this.#settle(event, outcome),
      onRetry: (reason, delay) => {
        this.#counts.retried++;
        options.onRetry?.(reason, delay);
      },
    };
  }

  get counts(): Counts {
    return { waiting: this.#room.events, ...this.#counts };
  }

  /**
   * Takes an event, as soon as there is room for it; not yet stored, which its ticket's `outcome` tells.
   *
   * @throws ClientClosedError; RangeError for a type that is not declared; TypeError for data that is not JSON
   */
  send<Name extends Type['name']>(
    type: Name,
    data: DataOf<TypeNamed<Type, Name>>,
    options: SendOptions = {},
  ): Promise<Ticket> {
    return this.#take(() => this.#prepare.data(type, data, options));
  }

  /** Takes an event if there is room for it now. Throws as {@link send} does. */
  trySend<Name extends Type['name']>(
    type: Name,
    data: DataOf<TypeNamed<Type, Name>>,
    options: SendOptions = {},
  ): Ticket | false {
    return this.#tryTake(this.#prepare.data(type, data, options));
  }

  /** Takes a CloudEvents event. Throws as {@link send} does. */
  sendEvent(event: CloudEvent, context?: unknown): Promise<Ticket> {
    return this.#take(() => this.#prepare.event(event, context));
  }

  /** Takes a CloudEvents event if there is room for it now. Throws as {@link send} does. */
  trySendEvent(event: CloudEvent, context?: unknown): Ticket | false {
    return this.#tryTake(this.#prepare.event(event, context));
  }

  /** Takes an event that is a line of JSON already, of the kind that its path wants (see `eventLine`). */
  sendLine(line: Prepared): Promise<Ticket> {
    return this.#take(() => line);
  }

  /** Sends what was taken without waiting for more; resolves when it is known what became of all of it. */
  async flush(): Promise<void> {
    await Promise.all([...this.#batchers.values()].map((batcher) => batcher.flush()));
  }

  /**
   * Takes nothing any more and sends what was taken. May be called again with less patience.
   *
   * @param timeout - milliseconds after which what is left fails; 0 for at once, Infinity for never
   */
  async close(timeout: number = CLOSE_MS): Promise<void> {
    this.#closing ??= this.flush();
    const settled = new AbortController();
    pause(timeout, settled.signal).then(() => {
      if (!settled.signal.aborted) this.#abort.abort();
    });
    if (timeout <= 0) this.#abort.abort();
    await this.#closing;
    settled.abort();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #take(prepare: () => Prepared): Promise<Ticket> {
    this.#assertOpen();
    const prepared = prepare();
    const size = prepared.line.length;
    if (!this.#room.tryTake(size)) {
      // Nothing more can come until something has gone.
      for (const batcher of this.#batchers.values()) batcher.hurry();
      await this.#room.take(size);
    }
    if (this.#closing !== undefined) {
      this.#room.release(size);
      this.#assertOpen();
    }
    return this.#add(prepared);
  }

  #tryTake(prepared: Prepared): Ticket | false {
    this.#assertOpen();
    return this.#room.tryTake(prepared.line.length) && this.#add(prepared);
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new ClientClosedError('the client is closed');
  }

  #add(prepared: Prepared): Ticket {
    const event = new BufferedEvent(prepared);
    const slot = slotOf(prepared.key, this.#options.parallel ?? 1);
    const name = `${slot}/${prepared.path}`;
    let batcher = this.#batchers.get(name);
    if (batcher === undefined) {
      const limits = withDefaults(BATCH, this.#options.batch);
      batcher = new Batcher(limits, async (batch) => {
        await deliver(prepared.path, batch, this.#delivery);
        this.#problems.tell();
      });
      this.#batchers.set(name, batcher);
    }
    batcher.add(event);
    return event;
  }

  #settle(event: BufferedEvent, outcome: Outcome): void {
    this.#counts[outcome.status]++;
    this.#room.release(event.line.length);
    const { onOutcome } = this.#options;
    if (outcome.status !== 'stored' && !event.observed && onOutcome === undefined) {
      this.#problems.add(event, outcome);
    }
    event.settle(outcome);
    try {
      onOutcome?.(event, outcome);
    } catch (error) {
      // A callback's own fault must not keep other events from being sent.
      this.#warn(`millrace: onOutcome threw ${error}`);
    }
  }
}
