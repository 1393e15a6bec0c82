import { expect, test } from 'vitest';
import { type Model, printCounterexample, search, TooManyStates } from './search.ts';

/** Two jugs of 3 and 5 litres: a classic whose states and shortest solutions are known. */
function jugs(forbidden: number): Model {
  return {
    name: 'jugs',
    size: 4,
    initial: new Uint8Array(4),
    successors(from, visit) {
      const [small = 0, big = 0] = from;
      const go = (label: string, ...to: number[]) => visit(label, Uint8Array.from([...to, 0, 0]), undefined);
      go('fill the small one', 3, big);
      go('fill the big one', small, 5);
      go('empty the small one', 0, big);
      go('empty the big one', small, 0);
      const right = Math.min(small, 5 - big);
      go('pour into the big one', small - right, big + right);
      const left = Math.min(big, 3 - small);
      go('pour into the small one', small + left, big - left);
    },
    check: (state) => (state[1] === forbidden ? `${forbidden} litres` : undefined),
    describe: (state) => [`small ${state[0]}`, `big ${state[1]}`],
  };
}

test('visits every state once', () => {
  // The reachable states are those in which one of the jugs is full or empty: 16 of 24.
  expect(search(jugs(6))).toMatchObject({ states: 16, counterexample: undefined });
});

test('finds a shortest counterexample and prints what each step changed', () => {
  const model = jugs(4);
  const { counterexample } = search(model);
  expect(counterexample?.length).toBe(6);
  expect(printCounterexample(model, counterexample!).split('\n').slice(0, 6)).toEqual([
    'jugs: 4 litres',
    '  0. start',
    '       small 0',
    '       big 0',
    '  1. fill the big one',
    '       big 5',
  ]);
});

test('does not say that it has seen everything when it has not', () => {
  expect(() => search(jugs(6), 10)).toThrow(TooManyStates);
});
