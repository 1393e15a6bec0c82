const CHUNK_BYTES = 1 << 22;

/** A first-in-first-out queue of states of one size, in chunks that are let go when they are read. */
export class StateQueue {
  length = 0;
  readonly #size: number;
  readonly #perChunk: number;
  readonly #chunks: Uint8Array[] = [];
  #first = 0;
  #last = 0;

  constructor(size: number) {
    this.#size = size;
    this.#perChunk = Math.floor(CHUNK_BYTES / size);
  }

  push(state: Uint8Array): void {
    if (this.#chunks.length === 0 || this.#last === this.#perChunk) {
      this.#chunks.push(new Uint8Array(this.#perChunk * this.#size));
      this.#last = 0;
    }
    (this.#chunks.at(-1) as Uint8Array).set(state, this.#last++ * this.#size);
    this.length++;
  }

  /** Copies the oldest state to `target` and forgets it. */
  shift(target: Uint8Array): void {
    const at = this.#first++ * this.#size;
    target.set((this.#chunks[0] as Uint8Array).subarray(at, at + this.#size));
    this.length--;
    if (this.#first === this.#perChunk) {
      this.#chunks.shift();
      this.#first = 0;
    } else if (this.length === 0) {
      this.#chunks.length = 0;
      this.#first = 0;
    }
  }
}
