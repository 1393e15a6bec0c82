import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { AlertRule } from '../../../shared/alerts/rule.ts';
import {
  above,
  alertStage,
  allKeys,
  allOf,
  atLeast,
  count,
  equals,
  eventType,
  max,
  session,
  tumbling,
  windowStage,
} from '../../../shared/pipeline/index.ts';

const reading = eventType('reading', {
  description: 'a reading',
  schema: z.object({ patient: z.string(), ward: z.string(), rate: z.number().nullable(), at: z.int() }),
  time: 'at',
  key: 'patient',
});
const minutes = windowStage('minutes', {
  description: 'per minute',
  from: reading,
  key: 'patient',
  window: tumbling('1 minute'),
  outOfOrderness: '10 seconds',
  allowedLateness: '10 minutes',
  values: { breaches: count(), top: max('rate') },
});
const shared = { description: 'A patient needs attention', quiet: '10 minutes', message: 'm' } as const;

const event = (data: unknown, change = {}) => ({
  type: 'reading',
  source: '/test',
  id: 'e1',
  time: 5_000,
  key: 'ann',
  data,
  ...change,
});
const READING = { patient: 'ann', ward: 'w1', rate: 91.123456789, at: 5_000 };
const result = (change = {}) =>
  event(
    {
      stage: 'minutes',
      key: 'ann',
      start: '1970-01-01T00:00:00.000Z',
      end: '1970-01-01T00:01:00.000Z',
      revision: 0,
      final: false,
      values: { breaches: 3, top: 91.5 },
      ...change,
    },
    { type: 'minutes.result', id: 'minutes/ann/0/60000/0', time: 60_000 },
  );

describe('over events', () => {
  const rule = new AlertRule(
    alertStage('high', {
      ...shared,
      from: reading,
      when: ({ rate }) => typeof rate === 'number' && rate > 80,
      message: '{patient} in { ward }: {rate} ({missing})',
    }),
  );

  test('an event for which the condition holds is told of, at its time, under its partition key', () => {
    expect(rule.judge(event(READING), 6_000, false)).toEqual({
      alert: {
        stage: 'high',
        key: 'ann',
        time: 5_000,
        sessionStart: undefined,
        message: 'ann in w1: 91.1235 (none)',
        cause: { type: 'reading', id: 'e1', data: READING },
      },
    });
  });

  test.each([
    ['the condition does not hold', event({ ...READING, rate: 80 })],
    ['a value is null', event({ ...READING, rate: null })],
    ['it is of another type', event(READING, { type: 'other' })],
  ])('nothing is told where %s', (_, each) => {
    expect(rule.judge(each, 6_000, false)).toEqual({});
  });

  test('what does not fit its schema is set aside, unless ingestion has checked it', () => {
    const broken = event({ ...READING, ward: 7 });
    expect(rule.judge(broken, 6_000, false).problem).toMatchObject({
      code: 'invalid',
      reason: expect.stringContaining('ward: must be a text'),
    });
    expect(rule.judge(broken, 6_000, true).alert).toBeDefined();
  });

  test.each([null, 'data', [], { ward: 'w1' }, { ...READING, patient: { toString: 1 } }])(
    'what cannot be an event is set aside whoever says that it was checked: %j',
    (data) => {
      const rule = new AlertRule(alertStage('told', { ...shared, from: reading, key: 'patient' }));
      expect(rule.judge(event(data), 5_000, true)).toMatchObject({ problem: { code: 'invalid' } });
    },
  );

  test('what lies too far in the future is set aside', () => {
    expect(rule.judge(event(READING, { time: 1_806_001 }), 6_000, true).problem?.code).toBe('future');
    expect(rule.judge(event(READING, { time: 1_806_000 }), 6_000, true).alert).toBeDefined();
  });

  test('a condition may combine fields', () => {
    const both = new AlertRule(
      alertStage('high', { ...shared, from: reading, when: allOf(above('rate', 80), equals('ward', 'w1')) }),
    );
    expect(both.judge(event(READING), 6_000, true).alert).toBeDefined();
    expect(both.judge(event({ ...READING, ward: 'w2' }), 6_000, true)).toEqual({});
    expect(both.judge(event({ ...READING, rate: null }), 6_000, true)).toEqual({});
  });

  test('alerts can be told apart by another field', () => {
    const byWard = new AlertRule(alertStage('high', { ...shared, from: reading, key: 'ward' }));
    expect(byWard.judge(event(READING), 6_000, true).alert?.key).toBe('w1');
  });
});

describe('over results', () => {
  const stage = alertStage('repeated', {
    ...shared,
    from: minutes,
    when: atLeast('breaches', 3),
    message: '{patient}: {breaches} from {start} to {end}, at most {top}',
  });
  const rule = new AlertRule(stage);

  test('key, start, end and values are fields, and the time is the last moment of the window', () => {
    const { alert } = rule.judge(result(), 0, false);
    expect(alert).toMatchObject({
      key: 'ann',
      time: 59_999,
      message: 'ann: 3 from 1970-01-01T00:00:00.000Z to 1970-01-01T00:01:00.000Z, at most 91.5',
    });
  });

  test('any revision counts, or only the final one', () => {
    expect(rule.judge(result({ revision: 4 }), 0, false).alert).toBeDefined();
    const final = new AlertRule({ ...stage, finalOnly: true });
    expect(final.judge(result({ revision: 4 }), 0, false)).toEqual({});
    expect(final.judge(result({ final: true }), 0, false).alert).toBeDefined();
  });

  test('of a session carry its start, and those that are taken back tell nothing', () => {
    const sessions = windowStage('minutes', {
      description: 'sessions',
      from: reading,
      key: 'patient',
      window: session('1 minute'),
      outOfOrderness: '1 second',
      allowedLateness: '1 minute',
      values: { breaches: count() },
    });
    const ofSessions = new AlertRule(alertStage('a', { ...shared, from: sessions }));
    expect(ofSessions.judge(result(), 0, false).alert).toMatchObject({ sessionStart: 0, time: 59_999 });
    expect(rule.judge(result(), 0, false).alert?.sessionStart).toBeUndefined();
    expect(ofSessions.judge(result({ retracted: true, values: {} }), 0, false)).toEqual({});
  });

  test('of other stages are none of its business; what only claims to be one is set aside', () => {
    expect(rule.judge({ ...result(), type: 'other.result' }, 0, false)).toEqual({});
    expect(rule.judge(result({ end: 'soon' }), 0, false).problem?.code).toBe('not-a-result');
  });

  test('of one group for all have the field key', () => {
    const all = windowStage('minutes', {
      description: 'all',
      window: tumbling('1 minute'),
      outOfOrderness: '1 second',
      allowedLateness: '1 minute',
      from: reading,
      key: allKeys(),
      values: { breaches: count() },
    });
    const told = new AlertRule(alertStage('a', { ...shared, from: all, message: 'of {key}' }));
    expect(told.judge(result({ key: 'all' }), 0, false).alert?.message).toBe('of all');
  });
});

describe("the declaration's own functions", () => {
  const fail = (): never => {
    throw new Error('boom');
  };

  test('a condition that fails sets the event aside, with the stage and the error', () => {
    const rule = new AlertRule(alertStage('high', { ...shared, from: reading, when: fail }));
    expect(rule.judge(event(READING), 0, true)).toEqual({
      problem: { code: 'condition', reason: 'the condition of stage "high" failed: boom' },
    });
  });

  test('a message that fails is no reason to keep silent', () => {
    const rule = new AlertRule(alertStage('high', { ...shared, from: reading, message: fail }));
    const { alert, problem } = rule.judge(event(READING), 0, true);
    expect(alert?.message).toBe('A patient needs attention');
    expect(problem).toEqual({ code: 'message', reason: 'the message of stage "high" failed: boom' });
  });

  test('a message is a text', () => {
    const message = (({ rate }: { rate: unknown }) => rate) as unknown as () => string;
    const rule = new AlertRule(alertStage('high', { ...shared, from: reading, message }));
    expect(rule.judge(event(READING), 0, true).problem?.reason).toContain('it is not a text, but number');
    const made = new AlertRule(
      alertStage('high', { ...shared, from: reading, message: ({ ward }) => `in ${ward}` }),
    );
    expect(made.judge(event(READING), 0, true)).toMatchObject({ alert: { message: 'in w1' } });
    const ofResult = alertStage('long', {
      ...shared,
      from: minutes,
      message: ({ start, end }, { key, time }) => `${key} ${end - start} ${time}`,
    });
    expect(new AlertRule(ofResult).judge(result(), 0, true).alert?.message).toBe('ann 60000 59999');
  });
});
