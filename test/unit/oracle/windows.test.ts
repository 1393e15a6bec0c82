import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { generateTraffic } from '../../../tools/bench/traffic.ts';
import { expectedResults } from '../../oracle/windows.ts';

const event = (id: string | undefined, device: string, ip: string, bytes: number, ts: number | string) =>
  JSON.stringify({
    ...(id !== undefined && { event_id: id }),
    device,
    ip,
    receive_bytes: bytes,
    send_bytes: 1,
    receive_packets: 2,
    send_packets: 0,
    ts,
  });

/** Runs one of the scripts in Python; undefined where there is no Python. */
function python(script: string, input: string): string | undefined {
  const { status, stdout, stderr, error } = spawnSync('python3', [`test/oracle/${script}`], {
    input,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  if (error !== undefined) return undefined;
  expect(status, stderr).toBe(0);
  return stdout;
}
const withoutPython = spawnSync('python3', ['--version']).status !== 0;

describe('the expected results', () => {
  test('count every id once, per minute, device and address', () => {
    const lines = [
      event('1', 'a', 'x', 10, 0),
      event('1', 'a', 'x', 10, 0),
      event('2', 'a', 'y', 20, '1970-01-01T00:00:59.999Z'),
      event('3', 'a', 'x', 5, 60_000),
      event('4', 'b', 'x', 7, -1),
    ];
    const expected = expectedResults(lines);
    expect(Object.fromEntries(expected.get('device-traffic')!)).toEqual({
      '1970-01-01T00:00:00.000Z a': {
        receive_bytes: 30,
        send_bytes: 2,
        receive_packets: 4,
        send_packets: 0,
        events: 2,
        receive_bytes_per_packet: 7.5,
        send_bytes_per_packet: null,
      },
      '1970-01-01T00:01:00.000Z a': expect.objectContaining({ receive_bytes: 5, events: 1 }),
      '1969-12-31T23:59:00.000Z b': expect.objectContaining({ receive_bytes: 7, events: 1 }),
    });
    expect(Object.fromEntries(expected.get('ip-share')!)).toEqual({
      '1970-01-01T00:00:00.000Z x': { bytes: 11, share: 11 / 32, events: 1 },
      '1970-01-01T00:00:00.000Z y': { bytes: 21, share: 21 / 32, events: 1 },
      '1970-01-01T00:01:00.000Z x': { bytes: 6, share: 1, events: 1 },
      '1969-12-31T23:59:00.000Z x': { bytes: 8, share: 1, events: 1 },
    });
  });

  test.skipIf(withoutPython)('are the same in two languages', () => {
    const lines = [
      ...generateTraffic({ events: 20_000, devices: 50, duplicates: 0.1, disorder: 0.2, seed: 7 }),
    ];
    const expected = expectedResults(lines);
    const written = (python('windows.py', lines.join('\n')) ?? '').trim().split('\n');
    expect(written).toHaveLength([...expected.values()].reduce((count, { size }) => count + size, 0));
    for (const line of written) {
      const { stage, key, start, values } = JSON.parse(line);
      expect(expected.get(stage)?.get(`${start} ${key}`)).toEqual(values);
    }
  });
});

test.skipIf(withoutPython)('an access log becomes events', () => {
  const log =
    '10.0.0.1 - - [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 203023 "http://x/" "Mozilla"\n' +
    '10.0.0.2 - user [17/May/2015:12:05:43 +0200] "GET /\\"b\\" HTTP/1.1" 304 - "-" "-"\n';
  expect(
    (python('access_log.py', log) ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    {
      event_id: '1',
      device: '10.0.0.1',
      ip: '10.0.0.1',
      receive_bytes: 203_023,
      send_bytes: 0,
      receive_packets: 1,
      send_packets: 0,
      ts: Date.UTC(2015, 4, 17, 10, 5, 3),
    },
    expect.objectContaining({ event_id: '2', receive_bytes: 0, ts: Date.UTC(2015, 4, 17, 10, 5, 43) }),
  ]);
});

describe('the generated traffic', () => {
  const options = { events: 20_000, devices: 100, duplicates: 0.05, disorder: 0.1, seed: 3, start: 1e12 };
  const lines = [...generateTraffic(options)];
  const events = lines.map((line) => JSON.parse(line));

  test('is the same for the same seed', () => {
    expect([...generateTraffic(options)]).toEqual(lines);
    expect([...generateTraffic({ ...options, seed: 4 })]).not.toEqual(lines);
  });

  test('repeats events with the same id and content, after the original', () => {
    const first = new Map<string, string>();
    let repeated = 0;
    for (const [index, line] of lines.entries()) {
      const { event_id } = events[index];
      if (first.has(event_id)) {
        expect(line).toBe(first.get(event_id));
        repeated++;
      } else first.set(event_id, line);
    }
    expect(repeated / lines.length).toBeGreaterThan(0.03);
    expect(repeated / lines.length).toBeLessThan(0.06);
  });

  test('is out of order as often as asked, and never by 10 seconds', () => {
    let latest = 0;
    let behind = 0;
    const seen = new Set<string>();
    for (const { event_id, ts } of events) {
      if (seen.has(event_id)) continue;
      seen.add(event_id);
      if (ts < latest) behind++;
      latest = Math.max(latest, ts);
      expect(latest - ts).toBeLessThan(10_000);
    }
    expect(behind / events.length).toBeGreaterThan(0.08);
    expect(behind / events.length).toBeLessThan(0.12);
  });
});
