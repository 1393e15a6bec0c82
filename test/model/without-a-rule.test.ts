import { expect, test } from 'vitest';
import { ProtocolModel } from './protocol/model.ts';
import { RULES, type Rule } from './protocol/rules.ts';
import { RULE_CASES } from './rule-cases.ts';
import { printCounterexample, search } from './search/search.ts';

/** `MODEL_TRACE=fence npx vitest run test/model` prints how it goes wrong without a fence; `all` prints all. */
const wanted = process.env.MODEL_TRACE;

test.each(Object.entries(RULES))('without the rule that %s: %s, something goes wrong', (name) => {
  const rule = name as Rule;
  const model = new ProtocolModel(RULE_CASES[rule], rule);
  const { counterexample } = search(model, 2_000_000);
  expect(counterexample).toBeDefined();
  if (wanted === rule || wanted === 'all') console.log(printCounterexample(model, counterexample!));
});
