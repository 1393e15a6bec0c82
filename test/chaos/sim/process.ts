import type { Random } from './random.ts';

/**
 * What becomes of a call to the outside.
 *
 * - `ok`: it is carried out and answered
 * - `lost`: it fails before anything happens
 * - `ambiguous`: it is carried out, and the caller gets a time-out
 * - `delayed`: the caller gets a time-out; the request is still on its way and is carried out much later, or never
 * - `repeated`: it is carried out, the answer is lost, and the SDK sends it again: the second answer counts
 * - `throttled`: refused, nothing happens
 * - `crash`: the process dies before the call; `crashed`: the process dies before the answer
 */
export type Fate = 'ok' | 'lost' | 'ambiguous' | 'delayed' | 'repeated' | 'throttled' | 'crash' | 'crashed';

/** A call failed as calls to AWS do. */
export class InjectedFault extends Error {
  override readonly name = 'InjectedFault';
}

/** A call that a process has made and that the schedule has not let through yet. */
export interface Call {
  readonly label: string;
  /** Only what changes something can arrive late. */
  readonly writes: boolean;
  /** Carries it out. A query may be cut into pages of so many items: DynamoDB's queries are not one point in time. */
  readonly work: (page: number | undefined) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** The answer to an earlier sending was lost. */
  again?: boolean;
}

/**
 * One container of a function: it calls the outside world only through {@link call}, and goes on only when the
 * schedule lets a call through. A process that the outside gave up on is a zombie: it may go on at any later time.
 */
export class Process {
  readonly name: string;
  readonly kind: string;
  /** By how much its clock differs from the others', in milliseconds. */
  readonly skew: number;
  readonly pending: Call[] = [];
  /** An invocation is under way. */
  busy = false;
  zombie = false;

  constructor(name: string, kind: string, skew: number) {
    this.name = name;
    this.kind = kind;
    this.skew = skew;
  }

  call<T>(label: string, writes: boolean, work: (page: number | undefined) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.pending.push({ label, writes, work, resolve: resolve as Call['resolve'], reject });
    });
  }

  /** Takes one of the calls that wait: parallel calls are carried out in any order. */
  take(random: Random): Call | undefined {
    const [call] = this.pending.splice(random.between(0, this.pending.length - 1), 1);
    return call;
  }
}
