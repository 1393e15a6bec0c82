import { expect, test } from 'vitest';
import {
  count,
  max,
  mean,
  min,
  over,
  plus,
  ratio,
  share,
  sum,
  times,
  tumbling,
} from '../../../shared/pipeline/index.ts';
import { deviceTraffic, ipShare } from '../../../shared/pipelines/network-traffic.ts';
import { MissingFieldError } from '../../../shared/windows/errors.ts';
import { compilePlan } from '../../../shared/windows/plan.ts';
import type { WindowPlan } from '../../../shared/windows/types.ts';
import {
  everyAggregate,
  resultsOf,
  type SampleData,
  sampleData,
  sampleStage,
} from '../../factories/window-stages.ts';

/** The results of one window of events, through an encoded delta. */
function run(plan: WindowPlan, events: readonly (readonly [key: string, data: SampleData])[]) {
  const delta = plan.createDelta();
  for (const [key, data] of events) delta.add(0, key, data, 0);
  const merge = plan.createMerge();
  plan.read(delta.encode()).mergeInto(0, merge);
  return resultsOf(merge);
}

const runOne = (values: Parameters<typeof sampleStage>[0], ...data: readonly SampleData[]) =>
  run(
    compilePlan(sampleStage(values)),
    data.map((one) => ['k', sampleData(one)]),
  ).get('k');

test('the sample stages', () => {
  const report = (device: string, receive: number, packets: number) => ({
    device,
    receive_bytes: receive,
    send_bytes: 10,
    receive_packets: packets,
    send_packets: 0,
  });
  const events = [report('a', 300, 2), report('b', 90, 0), report('a', 100, 2)].map(
    (one) => [one.device, one] as never,
  );
  const device = run(compilePlan(deviceTraffic), events);
  expect(device.get('a')).toEqual({
    receive_bytes: 400,
    send_bytes: 20,
    receive_packets: 4,
    send_packets: 0,
    events: 2,
    receive_bytes_per_packet: 100,
    send_bytes_per_packet: null,
  });
  expect(device.get('b')?.receive_bytes_per_packet).toBeNull();
  const ip = run(compilePlan(ipShare), events);
  expect(ip.get('a')).toEqual({ bytes: 420, share: 420 / 520, events: 2 });
  expect(ip.get('b')).toEqual({ bytes: 100, share: 100 / 520, events: 1 });
});

test('values come in the order of their declaration, keys in the order in which they appeared', () => {
  const results = run(compilePlan(sampleStage({ b: count(), a: sum('whole') })), [
    ['z', sampleData()],
    ['10', sampleData()],
    ['2', sampleData()],
  ]);
  expect([...results.keys()]).toEqual(['z', '10', '2']);
  expect(Object.keys(results.get('z')!)).toEqual(['b', 'a']);
});

test('null and absent fields are missing, not zero', () => {
  const values = { n: count('gap'), sum: sum('gap'), min: min('gap'), max: max('gap'), mean: mean('gap') };
  expect(runOne(values, { gap: 4 }, { gap: null }, {}, { gap: 2 })).toEqual({
    n: 2,
    sum: 6,
    min: 2,
    max: 4,
    mean: 3,
  });
  expect(runOne(values, { gap: null }, {})).toEqual({ n: 0, sum: 0, min: null, max: null, mean: null });
});

test('a fraction in a field of whole numbers, which no validation lets through, is missing', () => {
  const values = { n: count('gap'), sum: sum('gap'), product: sum(times('gap', 'whole')) };
  const most = Number.MAX_SAFE_INTEGER;
  expect(
    runOne(values, { gap: 0.5 }, { gap: most, whole: 1 }, { gap: most, whole: 1 }, { gap: 1e300, whole: 1 }),
  ).toEqual({
    ...{ n: 3, sum: Number(BigInt(1e300) + 2n * BigInt(most)) },
    product: Number(BigInt(1e300) + 2n * BigInt(most)),
  });
});

test('one missing field makes the whole expression missing', () => {
  const values = { n: count(plus('gap', 'whole')), sum: sum(plus('gap', 'whole')), all: sum('whole') };
  expect(runOne(values, { gap: 1, whole: 10 }, { gap: null, whole: 100 })).toEqual({
    n: 1,
    sum: 11,
    all: 110,
  });
});

test('a quotient by zero is missing, and so is an overflow', () => {
  const values = {
    n: count(over('real', 'whole')),
    sum: sum(over('real', 'whole')),
    big: max(times('real', 'real')),
  };
  expect(runOne(values, { real: 1, whole: 0 }, { real: 3, whole: 2 }, { real: 1e300, whole: 1 })).toEqual({
    n: 2,
    sum: 1e300,
    big: 9,
  });
});

test('whole sums are exact beyond 2^53', () => {
  const most = Number.MAX_SAFE_INTEGER;
  const values = { sum: sum('whole'), of: sum(times('whole', 'other')), mean: mean('whole') };
  const result = runOne(
    values,
    { whole: most, other: most },
    { whole: most, other: 0 },
    { whole: 5, other: -1 },
  );
  expect(result).toEqual({
    sum: Number(2n * BigInt(most) + 5n),
    of: Number(BigInt(most) * BigInt(most) - 5n),
    mean: Number(2n * BigInt(most) + 5n) / 3,
  });
  expect(
    runOne(values, { whole: most }, { whole: most }, { whole: -most }, { whole: -most }, { whole: 1 })?.sum,
  ).toBe(1);
});

test('shares divide by the total of all keys, which may be zero', () => {
  const plan = compilePlan(sampleStage({ share: share('real') }));
  const of = (...amounts: number[]) =>
    [
      ...run(
        plan,
        amounts.map((real, index) => [`${index}`, sampleData({ real })]),
      ).values(),
    ].map((values) => values.share);
  expect(of(0.1, 0.2, 0.7)).toEqual([0.1, 0.2, 0.7]);
  expect(of(0, 0)).toEqual([null, null]);
  expect(of(5, -5)).toEqual([null, null]);
});

test('a ratio of counts and sums', () => {
  const values = {
    a: ratio(count('gap'), count()),
    b: ratio(sum('gap'), count('gap')),
    c: ratio(min('gap'), max('gap')),
  };
  expect(runOne(values, { gap: 3 }, {})).toEqual({ a: 0.5, b: 3, c: 1 });
  expect(runOne(values, {})).toEqual({ a: 0, b: null, c: null });
});

test('names are data, whatever they say', () => {
  const name = 'a"]; throw new Error("run"); //';
  const values = {
    [name]: sum(name),
    ['__proto__']: sum('ünï\u2028\n'),
    constructor: sum('constructor'),
    empty: sum(''),
  };
  const result = runOne(values, { [name]: 1, 'ünï\u2028\n': 2, '': 3 });
  expect(Object.entries(result!)).toEqual([
    [name, 1],
    ['__proto__', 2],
    // The inherited property of that name is no number.
    ['constructor', 0],
    ['empty', 3],
  ]);
  expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
});

test.each(['__proto__', 'constructor', '', '"', '\u2028', 'ключ', '\ud800', '[1]'])(
  'the key %j is a key',
  (key) => {
    const results = run(compilePlan(sampleStage({ n: count() })), [
      [key, sampleData()],
      ['other', sampleData()],
      [key, sampleData()],
    ]);
    expect([...results]).toEqual([
      [key, { n: 2 }],
      ['other', { n: 1 }],
    ]);
  },
);

test('an event without a required number is refused whole', () => {
  const delta = compilePlan(sampleStage({ n: count(), a: sum('other'), b: sum('whole') })).createDelta();
  for (const whole of [undefined, null, '5', Number.NaN, 0.5]) {
    expect(() => delta.add(0, 'k', { other: 1, whole }, 0)).toThrow(new MissingFieldError('whole'));
  }
  expect(delta.rows).toBe(0);
});

test('a delta knows its slices and rows', () => {
  const delta = compilePlan(sampleStage({ n: count() })).createDelta();
  expect(delta.rows).toBe(0);
  expect(delta.slices()).toEqual([]);
  for (const [slice, key] of [
    [60_000, 'a'],
    [-60_000, 'a'],
    [60_000, 'b'],
    [0, 'a'],
    [60_000, 'a'],
  ] as const) {
    delta.add(slice, key, {}, slice);
  }
  expect(delta.rows).toBe(4);
  expect(delta.slices()).toEqual([-60_000, 0, 60_000]);
});

test('many keys, more than rows were reserved for', () => {
  const events = Array.from(
    { length: 3_000 },
    (_, i) => [`k${i % 1_500}`, sampleData({ whole: i })] as const,
  );
  const results = run(compilePlan(sampleStage(everyAggregate, tumbling('1 hour'))), events);
  expect(results.size).toBe(1_500);
  expect(results.get('k7')?.whole).toBe(7 + 1_507);
  expect(results.get('k7')?.least).toBe(7);
});

test('a plan without values to keep counts keys alone', () => {
  const plan = compilePlan({ ...sampleStage({}), values: {} });
  expect([...run(plan, [['a', {}]])]).toEqual([['a', {}]]);
});
