import { expect, test } from 'vitest';
import { KeyIndex } from '../../../shared/windows/key-index.ts';

test('keys are numbered in the order in which they come, once', () => {
  const index = new KeyIndex(1);
  const keys = ['b', 'a', '', '__proto__', 'constructor', '\ud800', 'ключ', 'b\0', '0', '00'];
  expect(keys.map((key) => index.numberOf(key))).toEqual([...keys.keys()]);
  expect([...keys].reverse().map((key) => index.numberOf(key))).toEqual([...keys.keys()].reverse());
  expect(index.keys).toEqual(keys);
});

test('equal texts are one key, however they were made', () => {
  const index = new KeyIndex(1);
  expect(index.numberOf('device-17')).toBe(0);
  expect(index.numberOf(['device', 17].join('-'))).toBe(0);
  expect(index.numberOf(JSON.parse('"device\\u002d17"'))).toBe(0);
  expect(index.numberOf('xdevice-17'.slice(1))).toBe(0);
});

test.each([0, 1, 0xffffffff])('of many keys some share a hash, and none a number (seed %i)', (seed) => {
  const index = new KeyIndex(1_000, seed);
  // Among 300,000 hashes of 32 bits, ten pairs are to be expected.
  for (let i = 0; i < 300_000; i++) if (index.numberOf(`k${i}`) !== i) expect.fail(`k${i} is not ${i}`);
  for (let i = 0; i < 300_000; i++) if (index.numberOf(`k${i}`) !== i) expect.fail(`k${i} is no longer ${i}`);
  expect(index.keys).toHaveLength(300_000);
});
