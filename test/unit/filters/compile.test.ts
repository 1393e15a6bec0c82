import { expect, test } from 'vitest';
import { compileCondition, compileProjection } from '../../../shared/filters/compile.ts';
import {
  above,
  allOf,
  anyOf,
  atLeast,
  atMost,
  below,
  type Condition,
  equals,
  isPresent,
  minus,
  not,
  oneOf,
  over,
  plus,
  times,
} from '../../../shared/pipeline/index.ts';

const data = { rate: 80, pressure: 120, note: 'x', gone: null, nothing: Number.NaN };

test.each<[string, Condition, boolean]>([
  ['above', above('rate', 80), false],
  ['above, just', above('rate', 79.999), true],
  ['at least', atLeast('rate', 80), true],
  ['below', below('rate', 80), false],
  ['at most', atMost('rate', 80), true],
  ['null is neither above', above('gone', -1), false],
  ['nor below', below('gone', 1), false],
  ['what is missing is not', atLeast('other', -1), false],
  ['nor is a text', above('note', 0), false],
  ['nor what is no number', atMost('nothing', 9), false],
  ['the opposite of a comparison of null', not(above('gone', -1)), true],
  ['a sum', atLeast(plus('rate', 'pressure'), 200), true],
  ['a difference', below(minus('rate', 'pressure'), -39), true],
  ['a product', above(times('rate', 2), 159), true],
  ['a quotient by zero', above(over('rate', minus('rate', 80)), 0), false],
  ['arithmetic with null', above(plus('rate', 'gone'), 0), false],
  ['a number', above(3, 2), true],
  ['equal', equals('note', 'x'), true],
  ['not equal', equals('rate', '80'), false],
  ['one of', oneOf('rate', 1, 80), true],
  ['none of', oneOf('gone', 1, 80), false],
  ['present', isPresent('rate'), true],
  ['null is not present', isPresent('gone'), false],
  ['missing is not present', isPresent('other'), false],
  ['what every object has is not present', isPresent('toString'), false],
  ['all', allOf(isPresent('rate'), equals('note', 'x')), true],
  ['not all', allOf(isPresent('rate'), equals('note', 'y')), false],
  ['any', anyOf(isPresent('gone'), equals('note', 'x')), true],
  ['not any', anyOf(isPresent('gone'), equals('note', 'y')), false],
])('%s', (_, condition, expected) => {
  expect(compileCondition(condition)(data)).toBe(expected);
});

test('a projection copies fields as they are, and calculates', () => {
  const project = compileProjection({
    note: 'note',
    gone: 'gone',
    other: 'other',
    constant: 7,
    twice: times('rate', 2),
    without: plus('rate', 'gone'),
    infinite: over('rate', 0),
  });
  expect(project(data)).toEqual({
    note: 'x',
    gone: null,
    constant: 7,
    twice: 160,
    without: null,
    infinite: null,
  });
});
