import { expect, test } from 'vitest';
import { printCounterexample, search } from './search/search.ts';
import { COMPACTION_RULES, CompactionModel, type CompactionRule } from './small/compaction.ts';
import { LANDING_RULES, LandingModel, type LandingRule } from './small/landing.ts';
import { MaterializeModel } from './small/materialize.ts';

const landings = Object.keys(LANDING_RULES) as LandingRule[];
const compactions = Object.keys(COMPACTION_RULES) as CompactionRule[];

test.each([new LandingModel(), new MaterializeModel(), new CompactionModel()])(
  '$name is right in every state',
  (model) => {
    const { counterexample, states } = search(model);
    expect(counterexample && printCounterexample(model, counterexample)).toBeUndefined();
    expect(states).toBeGreaterThan(500);
  },
);

test.each([
  ...landings.map((rule) => new LandingModel(rule)),
  new MaterializeModel(false),
  ...compactions.map((rule) => new CompactionModel(rule)),
])('$name is not', (model) => {
  expect(search(model).counterexample).toBeDefined();
});
