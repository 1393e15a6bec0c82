import { ByteReader, ByteWriter } from '../bytes.ts';
import type { Sketch } from './sketch.ts';
import { SortedCounts } from './sorted-counts.ts';

/**
 * Quantiles with a bounded relative error: C. Masson, J. E. Rim, H. K. Lee, "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with
 * Relative-Error Guarantees" (VLDB 2019, https://arxiv.org/abs/1908.10693). A value x > 0 is counted in the bin
 * ceil(log x / log g) with g = (1 + a) / (1 - a), which spans a factor of g; the bin's middle 2 g^i / (g + 1) is within a of all its values.
 * Negative values have bins of their own, by size; what is smaller than any normal double counts as zero. Bins are never
 * collapsed, so the bound holds for every quantile; the range of doubles bounds their number (71,000 of each sign at 1%).
 *
 * V8 computes logarithms and powers in software, alike on all platforms; merging adds counts, so the order never matters.
 */
export interface QuantileBins {
  readonly positive: SortedCounts;
  readonly negative: SortedCounts;
  zeros: number;
}

const LEAST_NORMAL = 2 ** -1022;

/** ln g: the width of a bin. */
const widthOf = (accuracy: number): number => Math.log1p((2 * accuracy) / (1 - accuracy));

/** The sketch for quantiles of a relative accuracy. */
export function ddSketch(accuracy: number): Sketch<QuantileBins, number> {
  const scale = 1 / widthOf(accuracy);
  const count = (bins: SortedCounts, size: number): void => {
    const place = bins.place(Math.ceil(Math.log(Math.min(size, Number.MAX_VALUE)) * scale));
    bins.setCount(place, bins.countAt(place) + 1);
  };
  const create = (): QuantileBins => ({
    positive: new SortedCounts(),
    negative: new SortedCounts(),
    zeros: 0,
  });
  return {
    create,
    add(bins, value) {
      if (value >= LEAST_NORMAL) count(bins.positive, value);
      else if (value <= -LEAST_NORMAL) count(bins.negative, -value);
      else bins.zeros++;
      return bins;
    },
    merge(into, from) {
      absorb(into.positive, from.positive);
      absorb(into.negative, from.negative);
      into.zeros += from.zeros;
      return into;
    },
    encode({ positive, negative, zeros }) {
      const bytes = new ByteWriter(64);
      bytes.count(zeros);
      positive.write(bytes);
      negative.write(bytes);
      return bytes.finish();
    },
    decode(encoded) {
      const bytes = new ByteReader(encoded);
      const zeros = bytes.count();
      return { zeros, positive: SortedCounts.read(bytes), negative: SortedCounts.read(bytes) };
    },
  };
}

function absorb(into: SortedCounts, from: SortedCounts): void {
  for (let index = 0; index < from.size; index++) {
    const place = into.place(from.keyAt(index));
    into.setCount(place, into.countAt(place) + from.countAt(index));
  }
}

/** What stands for a bin, by the logarithm of its upper end: which may be beyond all doubles, where the middle is not. */
function middleOf(upper: number, accuracy: number): number {
  const end = Math.exp(upper);
  return Number.isFinite(end) ? end * (1 - accuracy) : Math.exp(upper + Math.log1p(-accuracy));
}

/**
 * The value at rank floor(q (n - 1)) of the n values in ascending order, within `accuracy` of itself (and some 1e-12, by which
 * logarithms are rounded); within 2^-1022 where that is more.
 *
 * @param q - from 0 to 1
 */
export function quantileOf({ positive, negative, zeros }: QuantileBins, q: number, accuracy: number): number {
  const width = widthOf(accuracy);
  const middle = (bin: number): number =>
    // The middle of the topmost bin may lie beyond the greatest double.
    Math.min(middleOf(bin * width, accuracy), Number.MAX_VALUE);
  const count = total(positive) + total(negative) + zeros;
  if (count === 0) return Number.NaN;
  let below = -1 - Math.floor(q * (count - 1));
  for (let index = negative.size - 1; index >= 0; index--) {
    below += negative.countAt(index);
    if (below >= 0) return -middle(negative.keyAt(index));
  }
  below += zeros;
  if (below >= 0) return 0;
  for (let index = 0; index < positive.size; index++) {
    below += positive.countAt(index);
    if (below >= 0) return middle(positive.keyAt(index));
  }
  return Number.NaN;
}

function total(bins: SortedCounts): number {
  let sum = 0;
  for (let index = 0; index < bins.size; index++) sum += bins.countAt(index);
  return sum;
}
