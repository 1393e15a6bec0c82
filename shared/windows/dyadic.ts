/**
 * Exact arithmetic on what sums of doubles are: whole multiples of powers of two. Used once per key and window, when a result is
 * made of sums; one rounding at the end, so that the same sums give the same bits however they were put together.
 */

/** The number `units * 2^exponent`. */
export interface Dyadic {
  readonly units: bigint;
  readonly exponent: number;
}

const view = new DataView(new ArrayBuffer(8));

/** A finite double, exactly. */
export function dyadic(value: number): Dyadic {
  if (Number.isSafeInteger(value)) return { units: BigInt(value), exponent: 0 };
  view.setFloat64(0, value);
  const high = view.getUint32(0);
  const biased = (high >>> 20) & 0x7ff;
  const fraction = (high & 0xfffff) * 2 ** 32 + view.getUint32(4);
  const size = BigInt(biased === 0 ? fraction : fraction + 2 ** 52);
  return { units: value < 0 ? -size : size, exponent: Math.max(biased, 1) - 1075 };
}

/** A whole number. */
export const whole = (units: bigint): Dyadic => ({ units, exponent: 0 });

export function add(a: Dyadic, b: Dyadic): Dyadic {
  const exponent = Math.min(a.exponent, b.exponent);
  return {
    units: (a.units << BigInt(a.exponent - exponent)) + (b.units << BigInt(b.exponent - exponent)),
    exponent,
  };
}

export const subtract = (a: Dyadic, b: Dyadic): Dyadic => add(a, { units: -b.units, exponent: b.exponent });

export const multiply = (a: Dyadic, b: Dyadic): Dyadic => ({
  units: a.units * b.units,
  exponent: a.exponent + b.exponent,
});

/** Bits of a double's significand, one to round by, and those by which lengths are guessed too long. */
const BITS = 60;

/**
 * The double nearest to `dividend / divisor`, ties to even; infinite beyond the range of doubles. NaN where the divisor is zero.
 */
export function quotient(dividend: Dyadic, divisor: Dyadic): number {
  if (divisor.units === 0n) return Number.NaN;
  if (dividend.units === 0n) return 0;
  const negative = dividend.units < 0n !== divisor.units < 0n;
  const numerator = dividend.units < 0n ? -dividend.units : dividend.units;
  const denominator = divisor.units < 0n ? -divisor.units : divisor.units;
  const exponent = dividend.exponent - divisor.exponent;
  if (exponent === 0 && numerator < SAFE && denominator < SAFE) {
    return (negative ? -1 : 1) * (Number(numerator) / Number(denominator));
  }
  const shift = BITS + bitsOf(denominator) - bitsOf(numerator);
  const scaled = shift > 0 ? numerator << BigInt(shift) : numerator;
  const by = shift > 0 ? denominator : denominator << BigInt(-shift);
  const part = scaled / by;
  // A last bit that says whether anything was cut off: rounding then sees all of it.
  const sticky = part * by === scaled ? 0n : 1n;
  return (negative ? -1 : 1) * scale((part << 1n) | sticky, exponent - shift - 1);
}

const SAFE = 2n ** 53n;

/** The number of bits, or up to three more. */
const bitsOf = (value: bigint): number => value.toString(16).length * 4;

/** `units * 2^exponent` with one rounding: where the result is below the normal range, its bits are cut off before. */
function scale(units: bigint, exponent: number): number {
  const excess = -1074 - exponent;
  const length = units.toString(2).length;
  // So many of the lowest bits lie below what a double holds; what is cut off stays visible as a last bit.
  if (excess > 2 && length - excess < 54) {
    const cut = BigInt(excess - 2);
    const kept = units >> cut;
    const sticky = kept << cut === units ? 0n : 1n;
    return subnormal((kept << 1n) | sticky);
  }
  const value = Number(units);
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
}

/** Units of 2^-1077 as a double: halves to even of 2^-1074. */
function subnormal(units: bigint): number {
  const floor = units >> 3n;
  const rest = units & 7n;
  const up = rest > 4n || (rest === 4n && (floor & 1n) === 1n);
  return Number(up ? floor + 1n : floor) * 2 ** -537 * 2 ** -537;
}
