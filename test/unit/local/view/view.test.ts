import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { windowStages } from '../../../../shared/pipeline/index.ts';
import { pipelines } from '../../../../shared/pipelines/index.ts';
import type { Api, Item, StageState } from '../../../../tools/local/view/api.ts';
import { StageFollower } from '../../../../tools/local/view/follow.ts';
import { ViewModel } from '../../../../tools/local/view/model.ts';
import { clock, harmless, renderLines, renderTable } from '../../../../tools/local/view/render.ts';
import { startView } from '../../../../tools/local/view/start-view.ts';

const stage = pipelines.flatMap(windowStages).find(({ name }) => name === 'ip-share')!;
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString();
const NOW = Date.parse(at(5));

const item = (key: string, minute: number, bytes: number, revision = 0, final = false): Item => ({
  key,
  start: at(minute),
  end: at(minute + 1),
  revision,
  final,
  values: { bytes, share: 0.25, events: 6 },
});

const state = (watermark: number | null, accepted = 1): StageState => ({
  name: 'ip-share',
  watermark: watermark === null ? null : at(watermark),
  closedUpTo: null,
  lagMs: 0,
  counts: { accepted, duplicate: 2, late: 3, rejected: 4 },
});

const plain = (text: string): string[] => stripVTControlCharacters(text).split('\n');

describe('what is new', () => {
  test('is what was not known in this revision, by window, the largest first', () => {
    const model = new ViewModel();
    model.update(state(2));
    const first = [item('a', 0, 1), item('b', 0, 9), item('a', 1, 5)];
    expect(
      model.take('ip-share', first).map(({ start, items }) => [start, items.map(({ key }) => key)]),
    ).toEqual([
      [at(0), ['b', 'a']],
      [at(1), ['a']],
    ]);
    expect(model.take('ip-share', first)).toEqual([]);
    expect(model.take('ip-share', [item('a', 0, 2, 1), item('b', 0, 9)])).toEqual([
      { stage: 'ip-share', start: at(0), items: [item('a', 0, 2, 1)] },
    ]);
    // An older window does not take the place of the latest.
    expect([...model.stages][0]?.latest).toEqual([item('a', 1, 5)]);
  });

  test('is forgotten with its window, so that a long run takes no more memory', () => {
    const model = new ViewModel();
    model.update(state(2));
    model.take('ip-share', [item('a', 0, 1), item('a', 1, 1)]);
    model.forget('ip-share', Date.parse(at(1)));
    expect(model.take('ip-share', [item('a', 0, 1), item('a', 1, 1)]).map(({ start }) => start)).toEqual([
      at(0),
    ]);
  });
});

describe('following a stage', () => {
  const follow = (items: readonly Item[]) => {
    const windows = vi.fn<Api['windows']>(async (_, from, to = Number.POSITIVE_INFINITY) =>
      items.filter(({ start }) => Date.parse(start) >= from && Date.parse(start) < to),
    );
    return {
      windows,
      follower: new StageFollower(stage, { stages: async () => [], windows }, new ViewModel()),
    };
  };

  test('asks for nothing before the stage knows a time, nor when nothing has happened', async () => {
    const { follower, windows } = follow([item('a', 1, 1)]);
    expect(await follower.look(state(null), 0)).toEqual([]);
    expect(windows).not.toHaveBeenCalled();
    expect(await follower.look(state(2), 1000)).toHaveLength(1);
    windows.mockClear();
    expect(await follower.look(state(2), 2000)).toEqual([]);
    expect(windows).not.toHaveBeenCalled();
  });

  test('begins with the latest window, and finds revisions of older ones later', async () => {
    const items = [item('a', 0, 1), item('a', 1, 2), item('a', 2, 3)];
    const { follower } = follow(items);
    expect((await follower.look(state(3), 0)).map(({ start }) => start)).toEqual([at(2)]);
    items[0] = item('a', 0, 8, 1);
    expect(await follower.look(state(3, 2), 1000)).toEqual([]);
    expect((await follower.look(state(3, 2), 6000)).map(({ start }) => start)).toEqual([at(0)]);
    expect(await follower.look(state(3, 2), 12_000)).toEqual([]);
  });

  test('sees what silence fires although the watermark stands still', async () => {
    const items = [item('a', 1, 2)];
    const { follower } = follow(items);
    await follower.look(state(2), 0);
    items.push(item('a', 2, 3));
    expect((await follower.look(state(2), 6000)).map(({ start }) => start)).toEqual([at(2)]);
  });
});

describe('on the terminal', () => {
  test('the largest keys of the latest window of each stage', () => {
    const model = new ViewModel();
    model.update(state(2, 12_345));
    expect(plain(renderTable(model.stages, 80, NOW))).toEqual([
      'ip-share  no window has fired yet  accepted 12,345  duplicate 2  late 3  rejected 4',
    ]);
    model.take(
      'ip-share',
      Array.from({ length: 9 }, (_, index) => item(`k${index}`, 1, index * 1000)),
    );
    const lines = plain(renderTable(model.stages, 80, NOW));
    expect(lines[0]).toContain('9 keys');
    expect(lines).toHaveLength(1 + 6 + 1);
    expect(lines[1]).toBe(`  k8${' '.repeat(21)}████████████  r0    bytes 8KB  share 0.25  events 6`);
    expect(lines[7]).toBe('  and 3 keys more');
    for (const line of lines.slice(1)) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('plain lines name the largest keys, and final windows once', () => {
    const many = Array.from({ length: 8 }, (_, index) =>
      item(`k${index}`, 1, 8 - index, index === 0 ? 1 : 0),
    );
    const lines = renderLines({ stage: 'ip-share', start: at(1), items: many }, NOW);
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/^\d\d:\d\d ip-share {2}k0 {2}bytes 8B {2}share 0.25 {2}events 6 {2}r1$/);
    expect(lines[5]).toContain('and 3 keys more');
    const final = [item('a', 1, 1, 1, true), item('b', 1, 1, 1, true)];
    expect(renderLines({ stage: 'ip-share', start: at(1), items: final }, NOW)).toEqual([
      expect.stringMatching(/ip-share {2}final, 2 keys$/),
    ]);
  });

  test('a key cannot speak to the terminal', () => {
    expect(harmless('a\x1b[2Jb\u202e\r\n\x07\u2028ü😀')).toBe('a·[2Jb·····ü😀');
    const lines = renderLines({ stage: 's', start: at(1), items: [item('\x1b]0;title\x07', 1, 1)] }, NOW);
    expect(lines.join()).not.toMatch(/\p{Cc}/u);
  });

  test('a window of another day says which', () => {
    expect(clock('2015-05-17T10:05:00.000Z', NOW)).toMatch(/^2015-05-1\d \d\d:\d\d$/);
    expect(clock(at(1), NOW)).toMatch(/^\d\d:\d\d$/);
  });
});

test('a view shows windows as they fire, waits for its server, and stops', async () => {
  let written = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written += chunk;
      done();
    },
  }) as unknown as NodeJS.WriteStream;
  const items: Item[] = [item('a', 1, 5)];
  let answers = false;
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    if (!answers) return response.writeHead(503).end();
    const body = request.url?.startsWith('/v1/stages')
      ? { stages: [state(2, items.length)] }
      : { items: request.url?.includes('to=') ? [] : items, cursor: null };
    return response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const view = startView({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stream,
    interval: 5,
  });
  await vi.waitFor(() => expect(requests).toBeGreaterThan(1));
  answers = true;
  await vi.waitFor(() => expect(written).toContain('ip-share  a  bytes 5B'));
  items[0] = item('a', 1, 7, 1);
  items.push(item('b', 1, 1));
  await vi.waitFor(() => expect(written).toContain('ip-share  a  bytes 7B  share 0.25  events 6  r1'));
  view.log('a notice');
  view.stop();
  const before = requests;
  expect(written.match(/ {2}r0/g)).toHaveLength(2);
  expect(written).toContain('a notice\n');
  await new Promise((resolve) => server.close(resolve));
  expect(requests - before).toBeLessThanOrEqual(1);
});
