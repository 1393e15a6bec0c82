import { describe, expect, test } from 'vitest';
import { type Alert, alertId } from '../../../shared/alerts/alert.ts';
import { notificationOf } from '../../../shared/alerts/notification.ts';

const TOPIC = 'arn:aws:sns:us-east-1:000000000000:alerts';

const alert: Alert = {
  stage: 'pulse',
  key: 'ann',
  time: Date.parse('2026-01-02T03:04:05.678Z'),
  message: 'ann has 3 breaches',
  cause: { type: 'minutes.result', id: 'minutes/ann/0/60000/0', data: { values: { breaches: 3 } } },
};

test('a notification is a CloudEvents event with a subject for people and attributes to filter by', () => {
  const { Message = '', ...rest } = notificationOf('vitals', TOPIC, alert);
  expect(rest).toEqual({
    TopicArn: TOPIC,
    Subject: 'ann has 3 breaches',
    MessageAttributes: {
      stage: { DataType: 'String', StringValue: 'pulse' },
      key: { DataType: 'String', StringValue: 'ann' },
      type: { DataType: 'String', StringValue: 'pulse.alert' },
      alertId: { DataType: 'String', StringValue: alertId(alert) },
    },
  });
  expect(JSON.parse(Message)).toEqual({
    specversion: '1.0',
    id: alertId(alert),
    source: '/millrace/vitals/pulse',
    type: 'pulse.alert',
    time: '2026-01-02T03:04:05.678Z',
    datacontenttype: 'application/json',
    data: { stage: 'pulse', key: 'ann', message: 'ann has 3 breaches', cause: alert.cause },
  });
});

test('an id says which stage, key and time an alert is of, and nothing else', () => {
  const id = alertId(alert);
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(alertId({ ...alert, message: 'otherwise', cause: { ...alert.cause, id: 'x' } } as Alert)).toBe(id);
  const others = [
    { ...alert, stage: 'other' },
    { ...alert, key: 'bob' },
    { ...alert, time: 0 },
    { ...alert, stage: 'pulsea', key: 'nn' },
  ];
  expect(new Set([id, ...others.map(alertId)]).size).toBe(5);
});

describe('what SNS refuses is made acceptable', () => {
  const fieldsOf = (change: Partial<Alert>) => {
    const {
      Subject = '',
      Message = '',
      MessageAttributes = {},
    } = notificationOf('vitals', TOPIC, {
      ...alert,
      ...change,
    });
    return { Subject, Message, MessageAttributes, body: JSON.parse(Message) };
  };

  test('subjects: line breaks, control characters, length', () => {
    expect(fieldsOf({ message: 'one\r\ntwo\tthree\u0000' }).Subject).toBe('one two three');
    const long = fieldsOf({ message: 'é'.repeat(500) });
    expect(long.Subject).toHaveLength(99);
    expect(long.body.data.message).toHaveLength(500);
    const cut = fieldsOf({ message: `${'a'.repeat(97)}😀😀` }).Subject;
    expect(cut).toBe(`${'a'.repeat(97)}…`);
    expect(fieldsOf({ message: '\n' }).Subject).toBe('pulse.alert');
  });

  test('attributes: empty, and without characters that XML has no place for', () => {
    expect(fieldsOf({ key: '' }).MessageAttributes).not.toHaveProperty('key');
    expect(fieldsOf({ key: 'a\u0001b\ufffe' }).MessageAttributes.key?.StringValue).toBe('a b');
    expect(fieldsOf({ key: 'k'.repeat(5_000) }).MessageAttributes.key?.StringValue).toHaveLength(1_000);
  });

  test('messages: characters that XML has no place for, and too many of them', () => {
    const odd = fieldsOf({ key: '\uffff\ufffe', message: `cut ${'😀'.slice(0, 1)}` });
    expect(odd.Message).not.toMatch(/[\ufffe\uffff]/);
    expect(odd.body.data).toMatchObject({ key: '\uffff\ufffe', message: 'cut \ufffd' });
    const large = fieldsOf({ cause: { ...alert.cause, data: 'é'.repeat(200_000) } });
    expect(Buffer.byteLength(large.Message)).toBeLessThan(250_000);
    expect(large.body.data).toEqual({
      stage: 'pulse',
      key: 'ann',
      message: 'ann has 3 breaches',
      cause: { type: 'minutes.result', id: 'minutes/ann/0/60000/0' },
    });
  });
});
