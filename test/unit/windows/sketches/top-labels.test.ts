import fc from 'fast-check';
import { expect, test } from 'vitest';
import { topLabels } from '../../../../shared/windows/sketches/top-labels.ts';

const CAPACITY = 10;
const sketch = topLabels(CAPACITY, undefined);
type Entry = { readonly label: string; readonly weight: number; readonly error: number };

const again = (partial: ReturnType<typeof sketch.create>) => sketch.decode(sketch.encode(partial));
const heaviest = (partial: ReturnType<typeof sketch.create>) => partial.heaviest(1_000) as unknown as Entry[];

test('up to the capacity it is exact', () => {
  let partial = sketch.create();
  for (let i = 0; i < 100; i++) partial = sketch.add(partial, i % CAPACITY, i, 0);
  expect(heaviest(again(partial)).slice(0, 2)).toEqual([
    { label: '9', weight: 9 + 19 + 29 + 39 + 49 + 59 + 69 + 79 + 89 + 99, error: 0 },
    { label: '8', weight: 8 + 18 + 28 + 38 + 48 + 58 + 68 + 78 + 88 + 98, error: 0 },
  ]);
});

test('beyond it every true weight lies within the error, which is at most 2 / capacity of the whole', () => {
  const event = fc.record({
    // A few heavy labels among many light ones.
    label: fc.oneof(fc.nat(4), fc.nat(200)),
    weight: fc.nat(100),
    part: fc.nat(4),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 300, size: 'max' }), fc.boolean(), (events, backwards) => {
      const parts = Array.from({ length: 5 }, () => sketch.create());
      const exact = new Map<string, number>();
      for (const { label, weight, part } of events) {
        parts[part] = sketch.add(parts[part]!, label, weight, 0);
        exact.set(String(label), (exact.get(String(label)) ?? 0) + weight);
      }
      const ordered = backwards ? parts.reverse() : parts;
      const merged = ordered.map(again).reduce((into, from) => sketch.merge(into, from), sketch.create());
      const total = [...exact.values()].reduce((sum, weight) => sum + weight, 0);
      expect(merged.error).toBeLessThanOrEqual((2 / CAPACITY) * total);
      const found = new Map(heaviest(merged).map(({ label, weight }) => [label, weight]));
      expect(found.size).toBeLessThanOrEqual(CAPACITY);
      for (const [label, weight] of exact) {
        const kept = found.get(label) ?? 0;
        expect(kept).toBeLessThanOrEqual(weight);
        expect(kept + merged.error).toBeGreaterThanOrEqual(weight);
      }
      if (exact.size <= CAPACITY) expect(merged.error).toBe(0);
    }),
    { numRuns: 40 },
  );
});

test.each([
  ['whole', undefined],
  ['real', { of: 'x', integer: false }],
] as const)(
  'whatever tree partials are merged in, the answers differ by no more than their errors say: %s weights',
  (_, weight) => {
    const ranking = topLabels(CAPACITY, weight as Parameters<typeof topLabels>[1]);
    const scale = weight === undefined ? 1 : 0.1;
    const event = fc.record({ label: fc.oneof(fc.nat(4), fc.nat(60)), weight: fc.nat(100), part: fc.nat(7) });
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 200, size: 'max' }),
        fc.infiniteStream(fc.nat()),
        fc.nat({ max: CAPACITY }),
        (events, order, k) => {
          const exact = new Map<string, number>();
          for (const { label, weight: by } of events)
            exact.set(String(label), (exact.get(String(label)) ?? 0) + by * scale);
          const total = [...exact.values()].reduce((sum, by) => sum + by, 0);
          const rounding = total * 1e-12;
          const answers = [0, 1].map(() => {
            const parts = Array.from({ length: 8 }, () => ranking.create());
            for (const { label, weight: by, part } of events)
              parts[part] = ranking.add(parts[part]!, label, by * scale, 0);
            // Any two of those that are left become one, some of them stored in between.
            while (parts.length > 1) {
              const [into] = parts.splice(order.next().value % parts.length, 1);
              const from = parts[order.next().value % parts.length]!;
              const stored = ranking.decode(ranking.encode(from));
              parts[parts.indexOf(from)] = ranking.merge(into!, stored);
            }
            return parts[0]!;
          });
          for (const answer of answers) {
            expect(answer.error).toBeLessThanOrEqual((2 / CAPACITY) * total + rounding);
            const listed = answer.heaviest(k) as unknown as Entry[];
            for (const { label, weight: found, error } of listed) {
              expect(found).toBeLessThanOrEqual(exact.get(label)! + rounding);
              expect(found + error).toBeGreaterThanOrEqual(exact.get(label)! - rounding);
            }
            // Who is not listed is no heavier than the least of those that are, but for the error.
            const least = listed.length < k ? 0 : Math.min(...listed.map(({ weight: found }) => found));
            for (const [label, by] of exact) {
              if (k > 0 && !listed.some((entry) => entry.label === label))
                expect(by).toBeLessThanOrEqual(least + answer.error + rounding);
            }
          }
          if (exact.size <= CAPACITY) {
            const [one, other] = answers.map((answer) => JSON.stringify(answer.heaviest(k)));
            expect(one).toBe(other);
          }
        },
      ),
      { numRuns: 40 },
    );
  },
);

test('an overflowing weight is left out, and a sum beyond 2^53 kept', () => {
  let partial = sketch.create();
  for (const weight of [
    Number.MAX_SAFE_INTEGER,
    Number.MAX_SAFE_INTEGER,
    2 ** 60,
    Number.POSITIVE_INFINITY,
  ]) {
    partial = sketch.add(partial, 'a', weight, 0);
  }
  expect(heaviest(again(partial))).toEqual([
    { label: 'a', weight: Number(2n * BigInt(Number.MAX_SAFE_INTEGER) + 2n ** 60n), error: 0 },
  ]);
});
