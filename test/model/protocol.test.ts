import { describe, expect, test } from 'vitest';
import { ProtocolModel } from './protocol/model.ts';
import { RULES, type Rule } from './protocol/rules.ts';
import { RULE_CASES, SHORT } from './rule-cases.ts';
import { printCounterexample, search } from './search/search.ts';

describe('the protocol', () => {
  test.each(SHORT)('is right in every state of $name', (scenario) => {
    const model = new ProtocolModel(scenario);
    const { counterexample, states } = search(model);
    expect(counterexample && printCounterexample(model, counterexample)).toBeUndefined();
    expect(states).toBeGreaterThan(1_000);
  });
});

/** `MODEL_TRACE=fence npx vitest run test/model` prints how it goes wrong without a fence; `all` prints all. */
const wanted = process.env.MODEL_TRACE;

describe('without the rule that', () => {
  test.each(Object.entries(RULES))('%s: %s, something goes wrong', (name) => {
    const rule = name as Rule;
    const model = new ProtocolModel(RULE_CASES[rule], rule);
    const { counterexample } = search(model, 2_000_000);
    expect(counterexample).toBeDefined();
    if (wanted === rule || wanted === 'all') console.log(printCounterexample(model, counterexample!));
  });
});
