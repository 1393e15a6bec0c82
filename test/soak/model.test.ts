import { describe, expect, test } from 'vitest';
import { ProtocolModel } from '../model/protocol/model.ts';
import { LONG, SHORT } from '../model/rule-cases.ts';
import { printCounterexample, search } from '../model/search/search.ts';

describe('the protocol', () => {
  test.each([...SHORT, ...LONG])('is right in every state of $name', (scenario) => {
    const model = new ProtocolModel(scenario);
    const { counterexample, ...figures } = search(model, 100_000_000);
    console.log(
      `${figures.model}: ${figures.states} states, ${figures.transitions} transitions, depth ${figures.depth}, ${figures.seconds.toFixed(1)} s`,
    );
    expect(counterexample && printCounterexample(model, counterexample)).toBeUndefined();
  });
});
