import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { above, eventType, filterStage, pipeline } from '../../../shared/pipeline/index.ts';
import type { Item } from '../../../tools/cli/tail/decode.ts';
import { formatItem } from '../../../tools/cli/tail/format.ts';
import { isWanted, streamsOf } from '../../../tools/cli/tail/select.ts';
import { parseStart } from '../../../tools/cli/tail/start.ts';

const reading = eventType('reading', {
  description: 'A reading',
  schema: z.object({ id: z.string(), at: z.int(), value: z.number() }),
  id: 'id',
  time: 'at',
  key: 'id',
});
const high = filterStage('high', { description: 'High ones', from: reading, where: above('value', 10) });
const pipelines = [
  pipeline('one', { description: 'One', types: [reading], stages: [high] }),
  pipeline('two', { description: 'Two', types: [reading], stages: [] }),
];
const outputs = {
  OneEventsStream: 'one-events',
  OneResultsStream: 'one-results',
  OneHighStream: 'one-high',
  TwoResultsStream: 'two-results',
};

describe('a name means', () => {
  test.each([
    ['results', ['one-results', 'two-results']],
    ['two/results', ['two-results']],
    ['events', ['one-events']],
    ['high', ['one-high']],
    ['one-high', ['one-high']],
  ])('%s: %j', (name, streams) => {
    expect(streamsOf(name, { outputs }, pipelines)).toEqual(streams);
  });

  test('nothing, and then what there is is told', () => {
    expect(() => streamsOf('low', { outputs }, pipelines)).toThrow('one/high');
  });
});

const item = (content: Item['content']): Item => ({
  stream: 'one-results',
  shard: 'shardId-000000000000',
  sequence: '7',
  subSequence: 1,
  arrival: Date.UTC(2026, 0, 1, 0, 0, 2),
  content,
});
const event = {
  type: 'busy.result',
  source: '/millrace/one/busy',
  id: 'busy/a/0/1/0',
  time: Date.UTC(2026, 0, 1),
  key: 'a',
  data: { n: 1 },
};

test('events are chosen by type, by stage and by key', () => {
  const wanted = (types: string[], keys: string[]) => isWanted(item(event), { types, keys });
  expect(wanted([], [])).toBe(true);
  expect(wanted(['busy'], ['b', 'a'])).toBe(true);
  expect(wanted(['other', 'busy.result'], [])).toBe(true);
  expect(wanted(['bus'], [])).toBe(false);
  expect(wanted(['busy'], ['b'])).toBe(false);
  const broken = item({ reason: 'empty', bytes: new Uint8Array() });
  expect(isWanted(broken, { types: [], keys: [] })).toBe(true);
  expect(isWanted(broken, { types: ['busy'], keys: [] })).toBe(false);
});

test('heartbeats are shown to whoever asks for them', () => {
  const beat = item({ ...event, type: 'millrace.heartbeat' });
  expect(isWanted(beat, { types: [], keys: [] })).toBe(false);
  expect(isWanted(beat, { types: [], keys: ['a'] })).toBe(false);
  expect(isWanted(beat, { types: ['busy'], keys: [] })).toBe(false);
  expect(isWanted(beat, { types: ['millrace.heartbeat'], keys: [] })).toBe(true);
});

test('reading begins where it is told to', () => {
  const now = Date.UTC(2026, 0, 1);
  expect(parseStart('latest', now)).toBe('latest');
  expect(parseStart('oldest', now)).toBe('oldest');
  expect(parseStart('2025-12-31T00:00:00Z', now)).toEqual({ arrival: now - 86_400_000 });
  expect(parseStart('10 minutes', now)).toEqual({ arrival: now - 600_000 });
  for (const wrong of ['', 'yesterday', '10', '10 parsecs', '2026-13-45']) {
    expect(() => parseStart(wrong, now)).toThrow('date-time');
  }
});

test('a line of JSON has everything, attributes of its own included', () => {
  expect(JSON.parse(formatItem(item({ ...event, extra: { tenant: 't' } }), 'json', true))).toEqual({
    stream: 'one-results',
    shard: 'shardId-000000000000',
    sequence: '7',
    subSequence: 1,
    arrival: '2026-01-01T00:00:02.000Z',
    ...event,
    time: '2026-01-01T00:00:00.000Z',
    tenant: 't',
  });
  expect(
    JSON.parse(formatItem(item({ reason: 'why', bytes: Buffer.from('x') }), 'json', true)),
  ).toMatchObject({
    undecodable: 'why',
    bytes: 'eA==',
  });
});

test('a line for people shows a result as what it is, and nothing that moves the cursor', () => {
  const start = '2026-01-01T00:00:00.000Z';
  const end = '2026-01-01T00:01:00.000Z';
  const data = { stage: 'busy', key: 'a', start, end, revision: 2, final: true, values: { n: 3 } };
  expect(formatItem(item({ ...event, data }), 'pretty', false)).toBe(
    `${start}  busy.result  a  ${start}/${end}  r2 final  {"n":3}`,
  );
  const line = formatItem(item({ ...event, key: 'a\u001b[2J\n', data: { text: '\u0007' } }), 'pretty', true);
  expect(line).toBe(`one-results  ${start}  busy.result  a·[2J·  {"text":"\\u0007"}  busy/a/0/1/0`);
});
