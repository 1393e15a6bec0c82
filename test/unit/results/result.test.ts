import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  parseResult,
  parseResultEvent,
  ResultFormatError,
  resultEvent,
  resultId,
  resultWriter,
  type WindowResult,
  windowId,
} from '../../../shared/results/result.ts';

const START = Date.UTC(2026, 0, 1);
const result: WindowResult = {
  stage: 'device-traffic',
  key: 'fleet-7',
  start: START,
  end: START + 60_000,
  revision: 2,
  final: false,
  values: { receive_bytes: 1200, ratio: null },
};

const results = fc.record({
  stage: fc.stringMatching(/^[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,9}){0,2}$/),
  key: fc.string({ unit: 'binary' }),
  start: fc.integer({ min: -8.64e15, max: 8.64e15 - 1 }),
  length: fc.integer({ min: 1, max: 86_400_000 }),
  revision: fc.integer(),
  final: fc.boolean(),
  values: fc.dictionary(
    fc.string(),
    fc.jsonValue({ noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value))),
    { noNullPrototype: true },
  ),
});

describe('a result event', () => {
  test('is one CloudEvents event with the bytes that the contract fixes', () => {
    expect(resultEvent('network-traffic', result)).toBe(
      '{"specversion":"1.0","id":"device-traffic/fleet-7/1767225600000/1767225660000/2",' +
        '"source":"/millrace/network-traffic/device-traffic","type":"device-traffic.result",' +
        '"time":"2026-01-01T00:01:00.000Z","datacontenttype":"application/json","partitionkey":"fleet-7",' +
        '"data":{"stage":"device-traffic","key":"fleet-7","start":"2026-01-01T00:00:00.000Z",' +
        '"end":"2026-01-01T00:01:00.000Z","revision":2,"final":false,"values":{"receive_bytes":1200,"ratio":null}}}',
    );
  });

  test('reads back as what was written, whatever the key', () => {
    fc.assert(
      fc.property(results, ({ length, ...rest }) => {
        const written = { ...rest, end: Math.min(rest.start + length, 8.64e15) };
        const text = resultEvent('p', written);
        expect(parseResultEvent(text)).toEqual(written);
        const event = JSON.parse(text);
        expect(event.id).toBe(resultId(written));
        expect(event.partitionkey).toBe(written.key === '' ? undefined : written.key);
      }),
    );
  });

  test('says what it retracts, or that it is retracted', () => {
    const replacing = { ...result, retracts: ['device-traffic/fleet-7/1767225600000/1767225630000'] };
    expect(parseResultEvent(resultEvent('p', replacing))).toEqual(replacing);
    expect(resultEvent('p', replacing)).toContain(
      '"ratio":null},"retracts":["device-traffic/fleet-7/1767225600000/1767225630000"]}}',
    );
    const retraction = { ...result, retracted: true as const, values: {} };
    expect(parseResultEvent(resultEvent('p', retraction))).toEqual(retraction);
    expect(resultEvent('p', retraction)).toContain('"final":false,"retracted":true,"values":{}}}');
    expect(resultId(retraction)).toBe(`${windowId(retraction)}/2`);
  });

  test('a firing writes each key as if it were alone', () => {
    const write = resultWriter({ ...result, pipeline: 'network-traffic' });
    write('another "key"', { n: 1 });
    expect(write(result.key, result.values)).toBe(resultEvent('network-traffic', result));
  });
});

describe('what is not a result is refused with its reason', () => {
  const data = JSON.parse(resultEvent('p', result)).data;

  test.each([
    [null, 'not an object'],
    [[], 'not an object'],
    [{ ...data, stage: '' }, 'stage'],
    [{ ...data, key: 7 }, 'key'],
    [{ ...data, start: 5 }, 'start'],
    [{ ...data, start: 'yesterday' }, 'start'],
    [{ ...data, end: data.start }, 'end does not lie after start'],
    [{ ...data, revision: -0.5 }, 'revision'],
    [{ ...data, revision: 0.5 }, 'revision'],
    [{ ...data, final: 1 }, 'final'],
    [{ ...data, retracted: false }, 'retracted'],
    [{ ...data, retracts: ['a', 1] }, 'retracts'],
    [{ ...data, values: [] }, 'values'],
    [{ ...data, values: { bytes: undefined } }, '"bytes"'],
    [{ ...data, values: { top: [{ label: 'a', weight: Number.NaN }] } }, '"top"'],
  ])('%j: %s', (broken, reason) => {
    expect(() => parseResult(broken)).toThrow(ResultFormatError);
    expect(() => parseResult(broken)).toThrow(reason);
  });

  test('text that is not JSON', () => {
    expect(() => parseResultEvent('{')).toThrow(ResultFormatError);
    expect(() => parseResultEvent('5')).toThrow(ResultFormatError);
  });
});
