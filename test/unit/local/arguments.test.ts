import { expect, test } from 'vitest';
import { parseArguments } from '../../../tools/local/arguments.ts';

test('without arguments', () => {
  expect(parseArguments([], {})).toEqual({
    sample: true,
    fresh: false,
    port: 4000,
    shards: undefined,
    dataDir: undefined,
    help: false,
  });
  expect(parseArguments([], { PORT: '4100' }).port).toBe(4100);
});

test('with all of them', () => {
  const args = ['--no-sample', '--fresh', '--port', '0', '--shards=4', '--data', '/tmp/x', '-h'];
  expect(parseArguments(args, { PORT: '4100' })).toEqual({
    sample: false,
    fresh: true,
    port: 0,
    shards: 4,
    dataDir: '/tmp/x',
    help: true,
  });
});

test.each([[['--port', 'x']], [['--shards', '0']], [['--port', '70000']], [['--unknown']], [['extra']]])(
  '%j is refused',
  (args) => {
    expect(() => parseArguments(args, {})).toThrow(expect.objectContaining({ name: 'UsageError' }));
  },
);
