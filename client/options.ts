import type { DeclaredType } from './declared.ts';
import type { Outcome, Ticket } from './outcome.ts';

/** How large a request may become. */
export interface BatchOptions {
  /** Events; at most 10,000, which is all that one request may carry. */
  readonly events?: number;
  /** Characters of JSON. */
  readonly size?: number;
  /** How long, in milliseconds, an event may wait for others. */
  readonly delay?: number;
  /** Milliseconds of event time between any two events of one request. */
  readonly span?: number;
}

/** How persistent the client is; times in milliseconds. */
export interface RetryOptions {
  /** Before the n-th repetition it waits a random time between 0 and `base` times 2^(n-1), at most `cap`, besides what the server asks for. */
  readonly base?: number;
  readonly cap?: number;
  /** Time without any progress after which events are given up; by default never. */
  readonly patience?: number;
  /** The same until the server has answered for the first time, so that a wrong address shows. */
  readonly firstPatience?: number;
  /** How long an answer may take. What the request was to do may have been done all the same. */
  readonly requestTimeout?: number;
}

/** Where and how a client sends. */
export interface ClientOptions<Type extends DeclaredType = DeclaredType> {
  /** Root of the HTTP API. */
  readonly url: string | URL;
  /** The types of the events: of a pipeline's declaration, or written down. */
  readonly types: readonly Type[];
  /** A write key. */
  readonly key?: string | undefined;
  /** A JSON Web Token, asked for before each request; events are then posted to the routes for tokens. */
  readonly token?: (() => string | Promise<string>) | undefined;
  /** Path of the routes; `v1`, or `v1/jwt` where there is a token. `v1/iam` goes with a `fetch` that signs. */
  readonly path?: string | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * For a sender whose clock may be wrong: a name of this sender, and a new one whenever its clock is set. Requests then say what
   * the clock shows, and Millrace corrects the events' times, all by the same difference.
   */
  readonly sender?: string | undefined;
  readonly batch?: BatchOptions | undefined;
  readonly retry?: RetryOptions | undefined;
  /** What may wait in the client, events under way included: beyond it `send` waits and `trySend` refuses. */
  readonly buffer?: { readonly events?: number; readonly size?: number } | undefined;
  /** Requests under way at a time and path, events of one key always in order. */
  readonly parallel?: number | undefined;
  readonly compress?: boolean | undefined;
  /** Told what became of every event. */
  readonly onOutcome?: ((ticket: Ticket, outcome: Outcome) => void) | undefined;
  /** Told about every request that is going to be repeated, and in how many milliseconds. */
  readonly onRetry?: ((reason: string, delay: number) => void) | undefined;
  /** Told about events that were not stored while nobody waits for their outcome; by default `console.warn`. */
  readonly warn?: ((message: string) => void) | undefined;
}

/** Limits of one request as they apply. */
export type BatchLimits = Required<BatchOptions>;

/** Persistence as it applies. */
export type RetryLimits = Required<RetryOptions>;

export const BATCH: BatchLimits = {
  events: 1_000,
  // Compressed some 100 KB: far below what a Lambda function may be sent.
  size: 1_000_000,
  delay: 50,
  span: Number.POSITIVE_INFINITY,
};

export const RETRY: RetryLimits = {
  base: 200,
  cap: 10_000,
  patience: Number.POSITIVE_INFINITY,
  firstPatience: Number.POSITIVE_INFINITY,
  // API Gateway ends a request after 30 s.
  requestTimeout: 60_000,
};

export const BUFFER = { events: 20_000, size: 20_000_000 } as const;

/** Fills in what was left out; what is there and undefined counts as left out. */
export function withDefaults<Options extends object>(
  defaults: Required<Options>,
  given: Options | undefined,
): Required<Options> {
  const set = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
  return { ...defaults, ...(Object.fromEntries(set) as Partial<Options>) };
}
