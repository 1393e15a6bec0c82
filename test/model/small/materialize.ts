import { SmallModel } from './small-model.ts';

const REVISIONS = 4;
const WORKERS = 2;
const F = { table: 0, emitted: 1, stored: 2, worker: 3 } as const;

/**
 * Two consumers bring the revisions of one result to a table: any of them may be delivered again at any time, and be stored
 * late. The last one is final, and is stored without a condition (decision 0008).
 */
export class MaterializeModel extends SmallModel {
  readonly name: string;
  readonly #conditional: boolean;

  constructor(conditional = true) {
    super(F.worker + WORKERS);
    this.#conditional = conditional;
    this.name = conditional ? 'materialize' : 'materialize without its condition';
  }

  protected steps(): void {
    const emitted = this.begin()[F.emitted]!;
    if (emitted < REVISIONS) {
      this.b[F.emitted] = emitted + 1;
      this.emit(`revision ${emitted} is emitted`);
    }
    for (let worker = 0; worker < WORKERS; worker++) {
      const held = this.begin()[F.worker + worker]!;
      if (held > 0) this.#store(worker, held);
      else for (let rev = 1; rev <= emitted; rev++) this.#take(worker, rev);
    }
  }

  #take(worker: number, rev: number) {
    this.begin()[F.worker + worker] = rev;
    this.emit(`consumer ${worker + 1} is given revision ${rev - 1}`);
  }

  #store(worker: number, held: number) {
    const { b } = this;
    const final = held === REVISIONS;
    if (!this.#conditional || final || b[F.table]! < held) b[F.table] = held;
    b[F.stored]! |= 1 << held;
    b[F.worker + worker] = 0;
    this.emit(`consumer ${worker + 1} stores revision ${held - 1}`);
    this.begin()[F.worker + worker] = 0;
    this.emit(`consumer ${worker + 1} dies`);
  }

  check(state: Uint8Array): string | undefined {
    for (let rev = 1; rev <= REVISIONS; rev++) {
      if (state[F.stored]! & (1 << rev) && state[F.table]! < rev)
        return `revision ${rev - 1} was stored and is not there`;
    }
    return undefined;
  }

  describe(state: Uint8Array): string[] {
    return [
      `emitted: ${state[F.emitted]}`,
      state[F.table] === 0 ? 'table: empty' : `table: revision ${state[F.table]! - 1}`,
    ];
  }
}
