import { expect, test } from 'vitest';
import { ProtocolModel } from './protocol/model.ts';
import { SHORT } from './rule-cases.ts';
import { printCounterexample, search } from './search/search.ts';

test.each(SHORT)('the protocol is right in every state of $name', (scenario) => {
  const model = new ProtocolModel(scenario);
  const { counterexample, states } = search(model);
  expect(counterexample && printCounterexample(model, counterexample)).toBeUndefined();
  expect(states).toBeGreaterThan(1_000);
});
