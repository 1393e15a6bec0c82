import { expect, test } from 'vitest';
import { pascalCase } from '../../../infra/names.ts';

test.each([
  ['network-traffic', 'NetworkTraffic'],
  ['ip', 'Ip'],
  ['top-10-talkers', 'Top10Talkers'],
])('%s becomes %s', (name, expected) => {
  expect(pascalCase(name)).toBe(expected);
});
