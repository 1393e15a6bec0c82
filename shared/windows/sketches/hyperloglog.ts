import { EventHash } from '../../events/hash.ts';
import { ByteReader, ByteWriter } from '../bytes.ts';
import { DeltaFormatError } from '../errors.ts';
import type { ScalarValue, Sketch } from './sketch.ts';
import { SortedCounts } from './sorted-counts.ts';

/**
 * Numbers of distinct values: P. Flajolet and others, "HyperLogLog: the analysis of a near-optimal cardinality estimation
 * algorithm" (2007), over 64-bit hashes, with a sparse form for few values as in S. Heule, M. Nunkesser, A. Hall, "HyperLogLog in
 * Practice" (2013) and the estimator of O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches"
 * (https://arxiv.org/abs/1702.01284, algorithm 6), which needs no tables of corrections for any number.
 *
 * The sparse form holds the hashes' first 25 bits. It becomes dense when it holds over a quarter as many as there are
 * registers: whether it does depends on the set of values alone, so every order of merging ends in the same form.
 */
const SPARSE_BITS = 25;
const SPARSE = 0;
const DENSE = 1;

/** The sketch of distinct values with 2^precision registers. */
export function hyperLogLog(precision: number): Sketch<DistinctValues, ScalarValue> {
  // One for all: it is its own result.
  const hash = new EventHash();
  return {
    create: () => new DistinctValues(precision),
    add(values, value) {
      hash.compute(typeof value, String(value));
      values.add(hash.hi, hash.lo);
      return values;
    },
    merge: (into, from) => into.absorb(from),
    encode: (values) => values.encode(),
    decode: (bytes) => DistinctValues.decode(bytes, precision),
  };
}

/** The hashes of a set of values, as far as their number needs them. */
export class DistinctValues {
  readonly #precision: number;
  /**
   * By the first 25 bits: where those beyond the register's number are all zero, the rank of the rest, else zero, for then
   * they tell the rank themselves.
   */
  #sparse: SortedCounts | undefined = new SortedCounts();
  #registers: Uint8Array | undefined;

  constructor(precision: number) {
    this.#precision = precision;
  }

  /** Adds a hash of 64 bits, as two unsigned halves. */
  add(hi: number, lo: number): void {
    const index = hi >>> (32 - SPARSE_BITS);
    const rest = (hi << SPARSE_BITS) >>> 0;
    // The rank is the place of the first one among the bits behind the first 25.
    const rank = rest !== 0 ? Math.clz32(rest) + 1 : 32 - SPARSE_BITS + Math.clz32(lo) + 1;
    this.#add(index, rank);
  }

  absorb(other: DistinctValues): this {
    if (other.#registers !== undefined) {
      const registers = this.#dense();
      for (let at = 0; at < registers.length; at++) {
        const rank = other.#registers[at] as number;
        if (rank > (registers[at] as number)) registers[at] = rank;
      }
    } else if (other.#sparse !== undefined) {
      for (let at = 0; at < other.#sparse.size; at++) {
        this.#add(other.#sparse.keyAt(at), other.#sparse.countAt(at));
      }
    }
    return this;
  }

  /** The number of distinct values, rounded. */
  estimate(): number {
    if (this.#registers !== undefined) return Math.round(ertl(this.#registers, this.#precision));
    // Linear counting: how many balls fill so many of 2^25 urns.
    const urns = 2 ** SPARSE_BITS;
    return Math.round(-urns * Math.log1p(-(this.#sparse?.size ?? 0) / urns));
  }

  encode(): Uint8Array {
    const bytes = new ByteWriter(64);
    if (this.#registers !== undefined) {
      bytes.byte(DENSE);
      bytes.block(this.#registers);
    } else {
      bytes.byte(SPARSE);
      (this.#sparse ?? new SortedCounts()).writeSparse(bytes);
    }
    return bytes.finish();
  }

  static decode(encoded: Uint8Array, precision: number): DistinctValues {
    const bytes = new ByteReader(encoded);
    const values = new DistinctValues(precision);
    const form = bytes.byte();
    if (form === SPARSE) values.#sparse = SortedCounts.readSparse(bytes);
    else {
      const registers = bytes.block();
      if (form !== DENSE || registers.length !== 2 ** precision) {
        throw new DeltaFormatError('a count of distinct values has another precision');
      }
      values.#sparse = undefined;
      values.#registers = registers.slice();
    }
    return values;
  }

  #add(index: number, rank: number): void {
    const extra = SPARSE_BITS - this.#precision;
    const middle = index & (2 ** extra - 1);
    if (this.#sparse === undefined) {
      const registers = this.#dense();
      const at = index >>> extra;
      const whole = middle === 0 ? extra + rank : Math.clz32(middle) - (32 - extra) + 1;
      if (whole > (registers[at] as number)) registers[at] = whole;
      return;
    }
    const place = this.#sparse.place(index);
    if (middle === 0 && rank > this.#sparse.countAt(place)) this.#sparse.setCount(place, rank);
    if (this.#sparse.size > 2 ** this.#precision / 4) this.#dense();
  }

  /** The registers; what is sparse becomes dense. */
  #dense(): Uint8Array {
    if (this.#registers === undefined) {
      this.#registers = new Uint8Array(2 ** this.#precision);
      const sparse = this.#sparse;
      this.#sparse = undefined;
      for (let at = 0; at < (sparse?.size ?? 0); at++) {
        this.#add(sparse?.keyAt(at) ?? 0, sparse?.countAt(at) ?? 0);
      }
    }
    return this.#registers;
  }
}

/** Ertl's improved raw estimator, from how many registers hold which rank. */
function ertl(registers: Uint8Array, precision: number): number {
  const ranks = 64 - precision;
  const m = registers.length;
  const held = new Float64Array(ranks + 2);
  for (const rank of registers) held[rank] = (held[rank] as number) + 1;
  let z = m * tau(1 - (held[ranks + 1] as number) / m);
  for (let rank = ranks; rank >= 1; rank--) z = 0.5 * (z + (held[rank] as number));
  z += m * sigma((held[0] as number) / m);
  return (m / (2 * Math.LN2)) * (m / z);
}

function sigma(x: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY;
  let [y, z, before] = [1, x, Number.NaN];
  for (let power = x; z !== before; y += y) {
    power *= power;
    before = z;
    z += power * y;
  }
  return z;
}

function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let [y, z, before] = [1, 1 - x, Number.NaN];
  for (let root = x; z !== before; ) {
    root = Math.sqrt(root);
    before = z;
    y *= 0.5;
    z -= (1 - root) ** 2 * y;
  }
  return z / 3;
}
