import { describe, expect, test } from 'vitest';
import { distinct, times, userAggregate, variance } from '../../../shared/pipeline/index.ts';
import { AggregateFunctionError } from '../../../shared/windows/errors.ts';
import { compilePlan } from '../../../shared/windows/plan.ts';
import { aggregated } from '../../factories/aggregated.ts';
import { everyStatistic } from '../../factories/statistics.ts';
import { sampleData, sampleStage } from '../../factories/window-stages.ts';

describe('a user-defined aggregate that fails', () => {
  const failing = (name: string) =>
    userAggregate({
      name: 'touchy',
      description: 'fails where it is told to',
      fields: ['whole'],
      create: () => 0,
      add: (sum: number, { whole: value }) => {
        if (value === 13) throw new Error('no 13');
        if (value === 14) throw Object.create(null);
        return sum + Number(value);
      },
      merge: (a, b) => {
        if (name === 'merge') throw new Error('cannot merge');
        return a + b;
      },
      result: (sum) => {
        if (name === 'result') throw new Error('no result');
        return sum;
      },
      encode: (sum) => {
        if (name === 'encode') throw new Error('cannot encode');
        return new Uint8Array(Float64Array.of(sum).buffer);
      },
      decode: (bytes) => {
        if (name === 'decode') throw new Error('cannot decode');
        return new Float64Array(bytes.slice().buffer)[0] ?? 0;
      },
    });

  test('in add refuses the event, of which nothing is counted', () => {
    const plan = compilePlan(sampleStage({ ...everyStatistic, touchy: failing('add') }));
    const delta = plan.createDelta();
    expect(() => delta.add(0, 'k', sampleData({ whole: 13 }), 0)).toThrow(AggregateFunctionError);
    expect(() => delta.add(0, 'k', sampleData({ whole: 13 }), 0)).toThrow(
      'aggregate "touchy" failed to add the event: no 13',
    );
    expect([delta.rows, delta.slices()]).toEqual([0, []]);
    expect(() => delta.add(0, 'k', sampleData({ whole: 14 }), 0)).toThrow(
      'aggregate "touchy" failed to add the event: something that cannot be written was thrown',
    );
    delta.add(0, 'k', sampleData({ whole: 1 }), 0);
    const before = delta.encode();
    expect(() => delta.add(0, 'k', sampleData({ whole: 13 }), 0)).toThrow();
    expect(delta.encode()).toEqual(before);
  });

  test.each([
    ['merge', 'merge: cannot merge'],
    ['result', 'result: no result'],
    ['encode', 'encode: cannot encode'],
    ['decode', 'decode: cannot decode'],
  ])('in %s spoils its own value and no other', (name, error) => {
    const plan = compilePlan(
      sampleStage({ touchy: failing(name), n: distinct('whole'), sum: variance(times('whole', 2)) }),
    );
    const merge = plan.createMerge();
    for (let batch = 0; batch < 2; batch++) {
      const delta = plan.createDelta();
      delta.add(0, 'k', sampleData({ whole: batch }), 0);
      plan.read(delta.encode()).mergeInto(0, merge);
    }
    const again = plan.createMerge();
    plan.read(merge.encode(0, 0, 1)).mergeInto(0, again);
    expect(again.valuesOf('k', 0)).toEqual({ touchy: { error }, n: 2, sum: 2 });
  });

  test('by being asynchronous counts nothing, and says so', () => {
    const plan = compilePlan(
      sampleStage({
        late: userAggregate({
          ...failing('never'),
          ...failing('never').functions,
          add: (async () => 1) as unknown as () => number,
        }),
      }),
    );
    expect(() => plan.createDelta().add(0, 'k', sampleData({ whole: 1 }), 0)).toThrow(
      'aggregate "touchy" failed to add the event: it returned a promise, and must return at once',
    );
  });

  test('by encoding later spoils its own value, and ends no process', async () => {
    const later = () => Promise.reject(new Error('too late')) as unknown as Uint8Array;
    const plan = compilePlan(
      sampleStage({
        late: userAggregate({ ...failing('never'), ...failing('never').functions, encode: later }),
        n: distinct('whole'),
      }),
    );
    const delta = plan.createDelta();
    delta.add(0, 'k', sampleData({ whole: 1 }), 0);
    const merge = plan.createMerge();
    plan.read(delta.encode()).mergeInto(0, merge);
    const error = 'encode: it returned a promise, and must return at once';
    expect(merge.valuesOf('k', 0)).toEqual({ late: { error }, n: 1 });
  });

  test.each<[string, () => unknown, unknown]>([
    [
      'half a character',
      () => ({ first: '😀'.slice(0, 1) }),
      { error: 'result: what it returned: first: must be well-formed; it holds half a surrogate pair' },
    ],
    ['what JSON does not have', () => 1n, { error: expect.stringMatching(/^result: .*BigInt/) }],
    ['a date', () => new Date(0), '1970-01-01T00:00:00.000Z'],
    [
      'an error with half a character',
      () => {
        throw new Error('\ud83d');
      },
      { error: 'result: \ufffd' },
    ],
    [
      'an error that has no text',
      () => {
        throw Object.create(null);
      },
      { error: 'result: something that cannot be written was thrown' },
    ],
    [
      'a promise',
      () => Promise.reject(new Error('too late')),
      { error: 'result: it returned a promise, and must return at once' },
    ],
  ])('whose result is %s fires all the same', (_, result, value) => {
    const aggregate = userAggregate({
      name: 'odd',
      description: 'answers oddly',
      fields: ['whole'],
      create: () => 0,
      add: (sum: number) => sum,
      merge: (a) => a,
      result: result as () => null,
      encode: () => new Uint8Array(),
      decode: () => 0,
    });
    expect(aggregated(aggregate, { whole: 1 })).toEqual(value);
  });
});
