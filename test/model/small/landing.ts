import { SmallModel } from './small-model.ts';

/** Rules of the raw landing (design section 7) that can be taken away. */
export const LANDING_RULES = {
  ifNoneMatch: 'an object is put only if it does not exist',
  namedByNumber: "an object's name is its number, not its range",
  adoptOn412: 'on 412 the position of what is there is read and adopted',
} as const;
export type LandingRule = keyof typeof LANDING_RULES;

const RECORDS = 4;
const OBJECTS = 6;
const WRITERS = 2;
const WRITER = 1 + OBJECTS * 2;
const RANGES = WRITER + WRITERS * 6;
const F = { pc: 0, current: 1, to: 2, valid: 3, n: 4, position: 5 } as const;
const PC = { idle: 0, search: 1, put: 2 } as const;

/** Two writers land the records of one shard, each batch in one object: the put is the commit. */
export class LandingModel extends SmallModel {
  readonly name: string;
  readonly #broken: LandingRule | undefined;

  constructor(broken?: LandingRule) {
    super(RANGES + RECORDS * RECORDS);
    this.#broken = broken;
    this.name = broken === undefined ? 'raw landing' : `raw landing without ${broken}`;
  }

  protected steps(): void {
    for (let index = 0; index < WRITERS; index++) {
      const w = WRITER + index * 6;
      const name = `writer ${index + 1}`;
      const pc = this.begin()[w + F.pc];
      if (pc === PC.idle) this.#invoke(w, name);
      else if (pc === PC.search) this.#search(w, name);
      else this.#put(w, name);
      const b = this.begin();
      if (pc !== PC.idle || b[w + F.valid] === 1) {
        b.fill(0, w, w + 6);
        this.emit(`${name} dies`);
      }
      this.begin();
      if (b[w + F.current] === 1) {
        b[w + F.current] = 0;
        this.emit(`${name} is given up by Lambda, and goes on`);
      }
    }
  }

  #invoke(w: number, name: string) {
    const checkpoint = this.b[0]!;
    if (this.b[WRITER + F.current] === 1 || this.b[WRITER + 6 + F.current] === 1) return;
    for (let to = checkpoint + 1; to <= RECORDS; to++) {
      const b = this.begin();
      b[w + F.current] = 1;
      b[w + F.to] = to;
      b[w + F.pc] = b[w + F.valid] === 1 ? PC.put : PC.search;
      this.emit(`${name} is given records ${checkpoint + 1} to ${to}`);
    }
  }

  /** A cold start looks for the last object. */
  #search(w: number, name: string) {
    const { b } = this;
    for (let n = 1; n <= OBJECTS; n++) {
      if (b[n * 2] === 0) continue;
      b[w + F.n] = n;
      b[w + F.position] = b[n * 2]!;
    }
    for (let to = 1; to <= RECORDS && this.#broken === 'namedByNumber'; to++) {
      for (let from = 0; from < to; from++) if (b[range(from, to)] === 1) b[w + F.position] = to;
    }
    b[w + F.valid] = 1;
    b[w + F.pc] = PC.put;
    this.emit(`${name} finds that ${b[w + F.position]} records have landed`);
  }

  #put(w: number, name: string) {
    const { b } = this;
    const position = b[w + F.position]!;
    const to = b[w + F.to]!;
    if (position >= to) {
      if (b[w + F.current] === 1) b[0] = Math.max(b[0]!, to);
      b[w + F.pc] = PC.idle;
      b[w + F.current] = 0;
      b[w + F.to] = 0;
      return this.emit(`${name} has finished its batch`);
    }
    const n = b[w + F.n]! + 1;
    if (n > OBJECTS) throw new RangeError('more objects than the model has room for');
    if (this.#broken === 'namedByNumber') {
      b[range(position, to)] = 1;
      b[w + F.position] = to;
      return this.emit(`${name} puts ${position + 1}-${to}`);
    }
    if (b[n * 2] !== 0 && this.#broken !== 'ifNoneMatch') {
      b[w + F.n] = n;
      b[w + F.position] = this.#broken === 'adoptOn412' ? to : b[n * 2]!;
      return this.emit(`${name} finds object ${n} there already`);
    }
    const write = () => {
      b[n * 2 - 1] = position;
      b[n * 2] = to;
    };
    write();
    b[w + F.n] = n;
    b[w + F.position] = to;
    this.emit(`${name} puts object ${n} with records ${position + 1} to ${to}`);
    this.begin();
    write();
    this.emit(
      `${name} puts object ${n} with records ${position + 1} to ${to}; the answer is lost, it is sent again`,
    );
  }

  /** No record is in two objects; and none that has been consumed is in none. */
  check(state: Uint8Array): string | undefined {
    for (let record = 1; record <= RECORDS; record++) {
      const copies = landed(state).filter(([from, to]) => from < record && record <= to).length;
      if (copies > 1) return `record ${record} has landed twice`;
      if (copies === 0 && record <= state[0]!) return `record ${record} is consumed and has not landed`;
    }
    return undefined;
  }

  describe(state: Uint8Array): string[] {
    const objects = landed(state).map(([from, to]) => `${from + 1}-${to}`);
    return [`checkpoint ${state[0]}`, `landed: ${objects.join(' | ')}`];
  }
}

const range = (from: number, to: number): number => RANGES + from * RECORDS + to - 1;

function landed(state: Uint8Array): [from: number, to: number][] {
  const objects: [number, number][] = [];
  for (let n = 1; n <= OBJECTS; n++) if (state[n * 2] !== 0) objects.push([state[n * 2 - 1]!, state[n * 2]!]);
  for (let from = 0; from < RECORDS; from++) {
    for (let to = from + 1; to <= RECORDS; to++) if (state[range(from, to)] === 1) objects.push([from, to]);
  }
  return objects;
}
