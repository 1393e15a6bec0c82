import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Session, session } from '../../../shared/pipeline/index.ts';
import { compilePlan } from '../../../shared/windows/plan.ts';
import { SessionChains } from '../../../shared/windows/session-chains.ts';
import type { WindowMerge, WindowPlan } from '../../../shared/windows/types.ts';
import { expectedSessions, type OracleSession } from '../../support/session-oracle.ts';
import { totals } from '../../support/stage.ts';

interface Event {
  readonly key: string;
  readonly time: number;
  readonly amount: number;
}

const planOf = (window: Session): WindowPlan => compilePlan({ ...totals, window });

/** Events as deltas of batches, merged slice by slice in the order given. */
function slicesOf(plan: WindowPlan, batches: readonly (readonly Event[])[]): Map<number, WindowMerge> {
  const slices = new Map<number, WindowMerge>();
  for (const batch of batches) {
    const delta = plan.createDelta();
    for (const { key, time, amount } of batch) {
      delta.add(plan.windows.sliceOf(time), key, { key, amount, at: time }, time);
    }
    const read = plan.read(delta.encode());
    for (const slice of read.slices()) {
      const merge = slices.get(slice) ?? plan.createMerge();
      slices.set(slice, merge);
      read.mergeInto(slice, merge);
    }
  }
  return new Map([...slices].sort(([a], [b]) => a - b));
}

const shown = (chains: SessionChains, gap: number): OracleSession[] =>
  chains.sessions.map((span) => {
    const { events, total } = chains.valuesOf(span) as { events: number; total: number };
    return { key: span.key, start: span.start, end: span.last + gap, events, total };
  });

const sorted = (sessions: readonly OracleSession[]): OracleSession[] =>
  [...sessions].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.start - b.start));

const GAPS = [session('4 milliseconds'), session('12 milliseconds'), session('7 milliseconds')];
const event = fc.record({
  key: fc.constantFrom('a', 'b', 'b a', ''),
  time: fc.integer({ min: -80, max: 80 }),
  amount: fc.integer({ min: -5, max: 5 }),
});
const batches = fc.array(fc.array(event, { maxLength: 12 }), { maxLength: 8 });

describe('chained partials', () => {
  test('are the sessions of the definition, however the events came', () => {
    fc.assert(
      fc.property(fc.constantFrom(...GAPS), batches, (window, input) => {
        const plan = planOf(window);
        const chains = new SessionChains(window.gap, plan.createMerge());
        for (const [, partials] of slicesOf(plan, input)) chains.add(partials);
        expect(sorted(shown(chains, window.gap))).toEqual(sorted(expectedSessions(input.flat(), window.gap)));
      }),
      { numRuns: 500 },
    );
  });

  test('go on from what was carried over, at any boundary and over any number of them', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...GAPS),
        batches,
        fc.array(fc.integer({ min: -80, max: 80 }), { maxLength: 4 }),
        (window, input, times) => {
          const plan = planOf(window);
          const boundaries = [...new Set(times.map(plan.windows.sliceOf))].sort((a, b) => a - b);
          const slices = slicesOf(plan, input);
          let carried = plan.createMerge();
          let from = Number.NEGATIVE_INFINITY;
          for (const boundary of boundaries) {
            const chains = new SessionChains(window.gap, plan.createMerge());
            chains.add(carried);
            for (const [slice, partials] of slices)
              if (slice >= from && slice < boundary) chains.add(partials);
            const into = plan.createMerge();
            chains.carryOver(boundary, into);
            // Through the encoding, as it is stored.
            carried = plan.createMerge();
            if (into.size > 0) plan.read(into.encode(boundary, 0, into.size)).mergeInto(boundary, carried);
            from = boundary;
          }
          const chains = new SessionChains(window.gap, plan.createMerge());
          chains.add(carried);
          for (const [slice, partials] of slices) if (slice >= from) chains.add(partials);
          // What ended more than a gap before the last boundary is over and not carried.
          const expected = expectedSessions(input.flat(), window.gap).filter(({ end }) => end >= from);
          expect(sorted(shown(chains, window.gap))).toEqual(sorted(expected));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('join an event exactly at the end of a session, and not one after it', () => {
    const window = session('10 milliseconds');
    const plan = planOf(window);
    const spans = (...times: number[]) => {
      const chains = new SessionChains(window.gap, plan.createMerge());
      for (const [, partials] of slicesOf(plan, [times.map((time) => ({ key: 'a', time, amount: 1 }))])) {
        chains.add(partials);
      }
      return chains.sessions.map(({ start, last }) => [start, last]);
    };
    expect(spans(0, 10)).toEqual([[0, 10]]);
    expect(spans(0, 11)).toEqual([
      [0, 0],
      [11, 11],
    ]);
    expect(spans(-25, -15, -4)).toEqual([
      [-25, -15],
      [-4, -4],
    ]);
  });
});

test('partials of windows that are not sessions keep no times', () => {
  const plan = compilePlan(totals);
  const delta = plan.createDelta();
  delta.add(0, 'a', { key: 'a', amount: 1, at: 5 }, 5);
  const merge = plan.createMerge();
  plan.read(delta.encode()).mergeInto(0, merge);
  expect(() => [...merge.spans()]).toThrow(TypeError);
});
