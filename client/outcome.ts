/** What became of an event. */
export type Outcome =
  /** It is durably in the stream. */
  | { readonly status: 'stored' }
  /** Ingestion refused it, and would refuse it again. */
  | {
      readonly status: 'rejected';
      readonly code: string;
      readonly reason: string;
      /** JSON pointer to what is wrong in it. */
      readonly pointer: string;
    }
  /** It was given up: it may or may not be stored. Sending it again with its id is safe. */
  | { readonly status: 'failed'; readonly reason: string };

/** An event that the client has taken. */
export interface Ticket {
  readonly type: string;
  readonly id: string;
  /** Whatever the sender gave to know it by. */
  readonly context: unknown;
  /** Settles when it is known what became of the event; never rejects. */
  readonly outcome: Promise<Outcome>;
}

/** An event as it is handed to the client: a line of NDJSON, and where it goes. */
export interface Prepared {
  readonly path: string;
  readonly type: string;
  readonly id: string;
  readonly line: string;
  /** What it must stay in order with; undefined for all events that are posted to the same path. */
  readonly key: string | undefined;
  /** Event time in epoch milliseconds, where it is known. */
  readonly time: number | undefined;
  readonly context: unknown;
}

/** A taken event on its way. */
export class BufferedEvent implements Ticket {
  readonly type: string;
  readonly id: string;
  readonly context: unknown;
  readonly line: string;
  readonly time: number | undefined;
  /** When it was taken, by `performance.now`. */
  readonly since: number = performance.now();
  #settled: Outcome | undefined;
  #promise: Promise<Outcome> | undefined;
  #resolve: ((outcome: Outcome) => void) | undefined;

  constructor({ type, id, context, line, time }: Prepared) {
    this.type = type;
    this.id = id;
    this.context = context;
    this.line = line;
    this.time = time;
  }

  /** Made when somebody asks: most senders do not, and a promise an event costs more than sending it. */
  get outcome(): Promise<Outcome> {
    this.#promise ??=
      this.#settled === undefined
        ? new Promise((resolve) => {
            this.#resolve = resolve;
          })
        : Promise.resolve(this.#settled);
    return this.#promise;
  }

  /** Whether somebody waits for the outcome. */
  get observed(): boolean {
    return this.#promise !== undefined;
  }

  settle(outcome: Outcome): void {
    this.#settled = outcome;
    this.#resolve?.(outcome);
  }
}
