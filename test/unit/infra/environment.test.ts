import { expect, test } from 'vitest';
import { ENVIRONMENT_NAMES, environmentOf } from '../../../infra/environment.ts';

test('an unknown environment is refused with the names of the known ones', () => {
  expect(() => environmentOf('production')).toThrow(
    '"production" is not an environment: use one of local, dev, stage, prod',
  );
});

test('streams have one shard unless asked for more, or as many as they need', () => {
  expect(environmentOf('local').capacity).toEqual({ mode: 'provisioned', shards: 1 });
  expect(environmentOf('dev', 4).capacity).toEqual({ mode: 'provisioned', shards: 4 });
  expect(environmentOf('stage').capacity).toEqual({ mode: 'on-demand' });
  expect(environmentOf('prod').capacity).toEqual({ mode: 'on-demand' });
});

test.each([0, -1, 1.5, Number.NaN])('%s shards are refused', (shards) => {
  expect(() => environmentOf('dev', shards)).toThrow('use a whole number of at least 1');
});

test('shards of on-demand streams are refused', () => {
  expect(() => environmentOf('prod', 2)).toThrow('leave shards out');
});

test('only the local environment accepts a key without a table and reading without a key', () => {
  for (const name of ENVIRONMENT_NAMES) {
    const { queryAuth, staticKeyHashes } = environmentOf(name);
    expect([name, queryAuth, staticKeyHashes.length]).toEqual([
      name,
      name === 'local' ? 'none' : 'key',
      name === 'local' ? 1 : 0,
    ]);
  }
  // printf local | sha256sum
  expect(environmentOf('local').staticKeyHashes).toEqual([
    '25bf8e1a2393f1108d37029b3df5593236c755742ec93465bbafa9b290bddcf6',
  ]);
});

test('only production keeps its data when its stacks go', () => {
  expect(ENVIRONMENT_NAMES.filter((name) => environmentOf(name).removal === 'retain')).toEqual(['prod']);
  expect(environmentOf('prod')).toMatchObject({ deletionProtection: true, pointInTimeRecovery: true });
});
