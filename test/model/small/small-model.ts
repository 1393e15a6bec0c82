import type { Model, Visit } from '../search/search.ts';

/** A model of a few bytes: `steps` calls `begin`, changes `b` and calls `emit`, once for everything that can happen. */
export abstract class SmallModel implements Model {
  abstract readonly name: string;
  readonly size: number;
  readonly initial: Uint8Array;
  protected readonly b: Uint8Array;
  #from: Uint8Array;
  #visit: Visit = () => {};

  constructor(bytes: number) {
    this.size = Math.ceil(bytes / 4) * 4;
    this.initial = new Uint8Array(this.size);
    this.b = new Uint8Array(this.size);
    this.#from = this.initial;
  }

  abstract check(state: Uint8Array): string | undefined;
  abstract describe(state: Uint8Array): string[];
  protected abstract steps(): void;

  successors(from: Uint8Array, visit: Visit): void {
    this.#from = from;
    this.#visit = visit;
    this.b.set(from);
    this.steps();
  }

  protected begin(): Uint8Array {
    this.b.set(this.#from);
    return this.b;
  }

  protected emit(label: string): void {
    this.#visit(label, this.b, undefined);
  }
}
