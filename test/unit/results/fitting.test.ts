import { describe, expect, test } from 'vitest';
import { parseResultEvent, resultEvent, type WindowResult } from '../../../shared/results/result.ts';
import { MAX_EVENT_BYTES } from '../../../shared/streams/record-limit.ts';
import type { ResultValues } from '../../../shared/windows/types.ts';

const START = Date.UTC(2026, 0, 1);
const resultOf = (values: ResultValues): WindowResult => ({
  ...{ stage: 'labels', key: 'k', start: START, end: START + 60_000, revision: 0, final: true },
  values,
});
const bytesOf = (values: ResultValues): number => Buffer.byteLength(resultEvent('p', resultOf(values)));
const written = (values: ResultValues): ResultValues =>
  parseResultEvent(resultEvent('p', resultOf(values))).values;
const tooLarge = (bytes: number) => ({
  error: `${bytes} bytes are too large for a result, which may have 1047552 in all`,
});
/** Of one, two, three and four bytes. */
const CHARACTERS = ['x', 'ä', '日', '😀'];

describe('a result that no record can hold', () => {
  test.each(CHARACTERS)('is told from one that it can by its bytes (%s)', (character) => {
    const room = MAX_EVENT_BYTES - bytesOf({ n: 1, text: '' });
    const most = character.repeat(Math.floor(room / Buffer.byteLength(character)));
    expect(written({ n: 1, text: most })).toEqual({ n: 1, text: most });
    const more = most + character;
    expect(written({ n: 1, text: more })).toEqual({ n: 1, text: tooLarge(Buffer.byteLength(more) + 2) });
  });

  test('does without its largest values, and as few of them as are needed', () => {
    const list = (length: number) => Array.from({ length }, (_, n) => ({ label: `label ${n}`, weight: n }));
    const values = { small: list(10), huge: list(60_000), large: list(25_000), n: 5, name: 'x'.repeat(100) };
    const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
    expect(written(values)).toEqual({ ...values, huge: tooLarge(sizeOf(values.huge)) });
    expect(Object.keys(written(values))).toEqual(Object.keys(values));
    const two = { ...values, large: list(50_000) };
    expect(written(two)).toEqual({
      ...two,
      huge: tooLarge(sizeOf(two.huge)),
      large: tooLarge(sizeOf(two.large)),
    });
    expect(bytesOf(two)).toBeLessThan(MAX_EVENT_BYTES);
  });

  test.each(['k', '\u0001', '日'])(
    'names as many of thousands that it replaces as leave room for its values (%s)',
    (character) => {
      const key = character.repeat(512);
      const retracts = Array.from({ length: 20_000 }, (_, n) => `labels/${key}/${n}/${n + 1}`);
      const values = { text: 'x'.repeat(700_000) };
      const event = resultEvent('p', { ...resultOf(values), key, retracts });
      expect(Buffer.byteLength(event)).toBeLessThan(MAX_EVENT_BYTES);
      const read = parseResultEvent(event);
      expect(read.values).toEqual(values);
      const named = read.retracts ?? [];
      expect(named).toEqual(retracts.slice(0, named.length));
      expect(Buffer.byteLength(JSON.stringify(retracts.slice(0, named.length + 1)))).toBeGreaterThan(
        MAX_EVENT_BYTES / 4,
      );
    },
  );

  test('names all that it replaces where they are few', () => {
    const retracts = Array.from({ length: 500 }, (_, n) => `labels/k/${n}/${n + 1}`);
    expect(parseResultEvent(resultEvent('p', { ...resultOf({ n: 1 }), retracts })).retracts).toEqual(
      retracts,
    );
  });
});
