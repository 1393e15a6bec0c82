import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import {
  type Aggregate,
  assertDistinct,
  calendar,
  count,
  cumulative,
  type Duration,
  describeEmission,
  describeWindow,
  durationMs,
  early,
  eventType,
  fieldOf,
  final,
  formatDuration,
  hopping,
  max,
  onTime,
  PipelineError,
  pipeline,
  ratio,
  session,
  share,
  sum,
  tumbling,
  type WindowStage,
  windowStage,
} from '../../shared/pipeline/index.ts';
import networkTraffic from '../../shared/pipelines/network-traffic.ts';

const reading = eventType('reading', {
  description: 'a reading',
  schema: z.object({ meter: z.string(), label: z.string().nullable(), watts: z.number(), at: z.int() }),
  time: 'at',
  key: 'meter',
});
const stage = windowStage('power', {
  description: 'power per meter',
  from: reading,
  key: 'meter',
  window: tumbling('1 minute'),
  outOfOrderness: '1 second',
  allowedLateness: '1 minute',
  values: { watts: sum('watts') },
});

/** What is wrong with a pipeline of one stage that differs from a good one. */
function problemsOf(change: Partial<WindowStage>): readonly string[] {
  try {
    pipeline('meters', { description: 'meters', types: [reading], stages: [{ ...stage, ...change }] });
    return [];
  } catch (error) {
    if (error instanceof PipelineError) return error.problems;
    throw error;
  }
}

describe('a declaration that cannot work', () => {
  test.each([
    ['a name that AWS would refuse', { name: 'Power!' }, 'stage "Power!": use at most 40 lower-case letters'],
    [
      'a key that the type lacks',
      { key: 'metre' },
      'stage "power": its key "metre" is not a field of "reading"',
    ],
    ['a key that may be null', { key: 'label' }, 'its key "label" may be missing or null: make it required'],
    ['no value', { values: {} }, 'stage "power" computes nothing: add at least one aggregate'],
    [
      'a field that the type lacks',
      { values: { a: sum('wats') } },
      'value "a" uses the field "wats", which "reading" lacks',
    ],
    [
      'a text to add up',
      { values: { a: sum('label') } },
      'uses the field "label", which may be string: aggregates take numbers',
    ],
    [
      'a ratio of maxima',
      { values: { a: ratio(max('watts'), count()) } },
      'is a ratio of a max: divide sums or counts',
    ],
    [
      'a window of no length',
      { window: tumbling('0 seconds') },
      'its window is 0 ms long: use a positive duration',
    ],
    [
      'an offset beyond the size',
      { window: tumbling('1 minute', { offset: '2 minutes' }) },
      'use offset % size',
    ],
    [
      'a slide of nothing',
      { window: hopping('1 minute', '0 seconds') },
      'the slide of its window is 0 ms: use a positive duration',
    ],
    [
      'windows that overlap by thousands',
      { window: hopping('1 day', '1 second') },
      'an event would belong to 86400 windows, over 1500: make the slide at least 57600 milliseconds',
    ],
    [
      'an offset beyond the slide',
      { window: hopping('5 minutes', '1 minute', { offset: '1 minute' }) },
      'the offset of its window is not below its slide: use offset % slide',
    ],
    [
      'steps that do not add up to the size',
      { window: cumulative('1 hour', '7 minutes') },
      'grows to 3600000 ms by steps of 420000 ms: use a size that is a multiple of the step',
    ],
    [
      'a place that nobody knows',
      { window: calendar('day', 'Europe/Atlantis') },
      '"Europe/Atlantis" is not a time zone: use a name of the IANA database',
    ],
    ['an offset for a place', { window: calendar('day', '+01:00') }, '"+01:00" is not a time zone'],
    [
      'a year',
      { window: calendar('year' as 'month', 'UTC') },
      'its window is a "year": use hour, day, week, month',
    ],
    [
      'early emission after the end',
      { emit: early('1 minute') },
      "it emits early every 60000 ms: use a duration below the window's 1 minute",
    ],
    ['early emission at all times', { emit: early('0 seconds') }, 'it emits early every 0 ms'],
    [
      'early emission by the thousand',
      { emit: early('10 milliseconds') },
      'it would emit a window early 6000 times, over 1500: use at least 40 milliseconds',
    ],
    ['sessions without a gap', { window: session('0 seconds') }, 'the gap of its sessions is 0 ms'],
    [
      'a resolution that is no part of the gap',
      { window: session('1 minute', { resolution: '7 seconds' }) },
      'the gap of its sessions, 60000 ms, is no whole number of its resolution, 7000 ms, up to 100',
    ],
    [
      'sessions before their end',
      { window: session('1 minute'), emit: early('10 seconds') },
      'it would emit sessions early, whose end nobody knows before: use onTime() or final()',
    ],
    [
      'a share among sessions',
      { window: session('1 minute'), values: { part: share('watts') } },
      'value "part" is a share of a total, and no two sessions are of the same time',
    ],
    [
      'too many open windows',
      { window: tumbling('1 millisecond'), allowedLateness: 86_400_000 },
      'shorten outOfOrderness, allowedLateness or how far events may be ahead',
    ],
    [
      'time too far behind',
      { window: tumbling('1 second'), outOfOrderness: 86_400_000 },
      'over 50000 slices open',
    ],
  ] as [string, Partial<WindowStage>, string][])(
    '%s is refused, with the stage and the fix',
    (_, change, message) => {
      expect(problemsOf(change).join('\n')).toContain(message);
    },
  );

  test('is told all of its problems at once', () => {
    const values: Record<string, Aggregate> = { a: sum('x'), b: sum('y') };
    expect(problemsOf({ key: 'z', values })).toHaveLength(3);
  });

  test('names types, stages and pipelines that are declared twice', () => {
    const declare = () => pipeline('meters', { description: 'm', types: [reading], stages: [stage, stage] });
    expect(declare).toThrow('stage "power" is declared twice: rename one');
    expect(() => assertDistinct([networkTraffic, networkTraffic])).toThrow(
      'pipeline "network-traffic" is declared twice',
    );
  });

  test('reads a type that is not listed', () => {
    const declare = () =>
      pipeline('meters', { description: 'm', types: [networkTraffic.types[0]!], stages: [stage] });
    expect(declare).toThrow('reads "reading", which is not among the pipeline\'s types');
  });

  test('has a number of lanes that is no power of two', () => {
    const declare = () => pipeline('meters', { description: 'm', types: [reading], stages: [], lanes: 12 });
    expect(declare).toThrow('lanes is 12: use a power of two');
  });

  test('has a time field that no time can be read from', () => {
    const type = eventType('odd', {
      description: 'odd',
      schema: z.object({ a: z.string(), t: z.boolean() }),
      key: 'a',
      time: 't',
    });
    const declare = () => pipeline('odd', { description: 'o', types: [type], stages: [] });
    expect(declare).toThrow('event type "odd": its time "t" may be boolean: use string or number or integer');
  });
});

test('fields are known with their kinds', () => {
  expect(fieldOf(reading, 'watts')).toEqual({ types: ['number'], nullable: false });
  expect(fieldOf(reading, 'label')).toEqual({ types: ['string'], nullable: true });
  expect(fieldOf(networkTraffic.types[0]!, 'event_id')).toEqual({
    types: ['string', 'integer'],
    nullable: true,
  });
  expect(fieldOf(reading, 'nothing')).toBeUndefined();
});

describe('durations', () => {
  test.each([
    ['1 minute', 60_000],
    ['1.5 seconds', 1_500],
    ['90 seconds', 90_000],
    ['2 days', 172_800_000],
    ['0 milliseconds', 0],
  ] as [Duration, number][])('%s is %i ms', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
    expect(durationMs(formatDuration(ms))).toBe(ms);
  });

  test.each(['10', 'a minute', '1 fortnight', '-1 seconds', '0.5 milliseconds', ' seconds'])(
    '%s is refused',
    (text) => {
      expect(() => durationMs(text as Duration)).toThrow(RangeError);
    },
  );
});

test.each([
  [tumbling('1 minute'), 'tumbling, 1 minute'],
  [tumbling('1 day', { offset: '6 hours' }), 'tumbling, 1 day, from 6 hours'],
  [hopping('5 minutes', '1 minute'), 'hopping, 5 minutes every 1 minute'],
  [hopping('59.999 seconds', '7 seconds'), 'hopping, 59999 milliseconds every 7 seconds'],
  [hopping('7 seconds', '59.999 seconds'), 'hopping, 7 seconds every 59999 milliseconds'],
  [cumulative('1 day', '1 hour'), 'cumulative, up to 1 day by 1 hour'],
  [calendar('week', 'Europe/Berlin'), 'calendar, each week in Europe/Berlin'],
  [session('2 minutes'), 'session, until 2 minutes have passed without an event'],
])('windows in words: %#', (window, words) => {
  expect(problemsOf({ window })).toEqual([]);
  expect(describeWindow(window)).toBe(words);
});

test.each([
  [onTime(), 'on time, then for late events, then finally'],
  [final(), 'once, finally'],
  [early('10 seconds'), 'every 10 seconds of a window, on time, then for late events, then finally'],
])('emission in words: %#', (emit, words) => {
  expect(problemsOf({ emit })).toEqual([]);
  expect(describeEmission(emit)).toBe(words);
});
