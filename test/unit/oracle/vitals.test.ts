import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { DEFAULT_WARD, Ward } from '../../../tools/local/samples/ward.ts';
import { expectedElevated, expectedSessions, expectedStats, type Vitals } from '../../oracle/vitals.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

const reading = (minute: number, over: Partial<Vitals> = {}): Vitals => ({
  patient_id: 'ann',
  heart_rate: 90,
  blood_pressure: 120,
  glucose_level: null,
  timestamp: START + minute * MINUTE,
  ...over,
});

describe('statistics', () => {
  test('null is missing, not zero', () => {
    const events = [
      reading(0, { heart_rate: 60, blood_pressure: 100 }),
      reading(0.5, { heart_rate: 70, blood_pressure: null }),
      reading(1, { heart_rate: 80, blood_pressure: 110 }),
    ];
    const values = expectedStats(events).get('2026-01-01T00:00:00.000Z ann');
    expect(values).toMatchObject({
      events: 3,
      heart_rate_mean: 70,
      heart_rate_variance: 100,
      correlation: 1,
    });
    expect(values).toMatchObject({
      blood_pressure_count: 2,
      blood_pressure_min: 100,
      blood_pressure_variance: 50,
    });
    expect(values).toMatchObject({
      glucose_level_count: 0,
      glucose_level_mean: null,
      glucose_level_max: null,
    });
    expect(expectedStats([reading(0)]).size).toBe(5);
    expect([...expectedStats([reading(0)]).values()][0]).toMatchObject({
      heart_rate_variance: null,
      correlation: null,
    });
  });

  test('every id counts once, as a number or as text', () => {
    const again = [
      reading(0, { event_id: 1 }),
      reading(0, { event_id: '1' }),
      reading(0),
      reading(0, { event_id: null }),
    ];
    expect([...expectedStats(again).values()][0]).toMatchObject({ events: 3 });
  });
});

describe('sessions', () => {
  test('go on while the gap is not exceeded, in any order of arrival', () => {
    const minutes = [6.5, 0, 4, 2, 8.500_01];
    expect(expectedSessions(minutes.map((minute) => reading(minute, { heart_rate: 81 + minute })))).toEqual([
      { key: 'ann', start: START, end: START + 6 * MINUTE, values: { events: 3, max_heart_rate: 85 } },
      {
        key: 'ann',
        start: START + 6.5 * MINUTE,
        end: START + 8.5 * MINUTE,
        values: { events: 1, max_heart_rate: 87.5 },
      },
      expect.objectContaining({ start: START + 8.500_01 * MINUTE }),
    ]);
  });

  test('are of readings above 80 only', () => {
    expect(expectedSessions([reading(0, { heart_rate: 80 }), reading(1, { heart_rate: null })])).toEqual([]);
  });
});

describe('without Python these are skipped', () => {
  const withoutPython = spawnSync('python3', ['--version']).status !== 0;
  const python = (input: string, ...options: string[]) => {
    const { status, stdout, stderr } = spawnSync('python3', ['test/oracle/vitals.py', ...options], {
      input,
      encoding: 'utf8',
      maxBuffer: 1e8,
    });
    expect(status, stderr).toBe(0);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };

  test.skipIf(withoutPython)('both programs find the same, from the same events', () => {
    const ward = new Ward({ ...DEFAULT_WARD, start: START, patients: 5, episodes: 6, missing: 0.2 });
    const readings = ward.readings(START + MINUTE);
    for (let minute = 2; minute <= 40; minute++) readings.push(...ward.readings(START + minute * MINUTE));
    const events = [...readings, ...readings.slice(0, 100)].map((event, index) =>
      index % 3 === 0 ? { ...event, timestamp: new Date(event.timestamp).toISOString() } : event,
    );
    const input = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    const found = python(input);
    const stats = found.filter(({ stage }) => stage === 'vitals-stats');
    const expected = expectedStats(events);
    expect(stats).toHaveLength(expected.size);
    for (const { start, end, key, values } of stats) {
      expect(Date.parse(end) - Date.parse(start)).toBe(5 * MINUTE);
      const mine = expected.get(`${start} ${key}`) ?? {};
      expect(Object.keys(mine)).toEqual(Object.keys(values));
      for (const [name, value] of Object.entries(mine)) {
        if (value === null) expect([name, values[name]]).toEqual([name, null]);
        else expect(values[name]).toBeCloseTo(value as number, 9);
      }
    }
    const sessions = found.filter(({ stage }) => stage === 'elevated-sessions');
    expect(sessions.length).toBeGreaterThan(5);
    expect(
      sessions.map(({ key, start, end, values }) => ({
        key,
        start: Date.parse(start),
        end: Date.parse(end),
        values,
      })),
    ).toEqual(expectedSessions(events));
    expect(python(input, '--elevated')).toEqual(expectedElevated(events).map(({ event_id }) => event_id));
  });
});
