import { expect, test } from 'vitest';
import { DEFAULT_WARD, type VitalSigns, Ward } from '../../../../tools/local/samples/ward.ts';

const START = Date.UTC(2026, 0, 1, 12);

/** Hours of a ward, read every second. */
function hours(count: number, options = {}): VitalSigns[] {
  const ward = new Ward({ ...DEFAULT_WARD, start: START, ...options });
  return Array.from({ length: 3600 * count }, (_, second) => START + second * 1000).flatMap((at) =>
    ward.readings(at),
  );
}
const readings = hours(4);

test('the ward is the same for the same seed and start', () => {
  expect(hours(1)).toEqual(readings.slice(0, hours(1).length));
  expect(hours(1, { seed: 12 })).not.toEqual(hours(1));
});

test('every patient is read every ten seconds, under ids of their own', () => {
  expect(new Set(readings.map(({ event_id }) => event_id)).size).toBe(readings.length);
  expect(Math.abs(readings.length - 12 * 6 * 60 * 4)).toBeLessThan(12);
  expect(new Set(readings.map(({ patient_id }) => patient_id)).size).toBe(12);
});

test('readings are those of people, and some are missing', () => {
  const within = (
    measure: 'heart_rate' | 'blood_pressure' | 'glucose_level',
    least: number,
    most: number,
  ) => {
    const values = readings.map((reading) => reading[measure]).filter((value) => value !== null);
    expect(Math.min(...values)).toBeGreaterThan(least);
    expect(Math.max(...values)).toBeLessThan(most);
    return 1 - values.length / readings.length;
  };
  expect(within('heart_rate', 45, 145)).toBeCloseTo(0.02, 1);
  expect(within('blood_pressure', 95, 180)).toBeCloseTo(0.02, 1);
  expect(within('glucose_level', 3, 9)).toBeGreaterThan(0.8);
});

test('hearts race now and then, for minutes, and blood pressure with them', () => {
  const elevated = readings.filter(({ heart_rate }) => (heart_rate ?? 0) > 80);
  expect(elevated.length / readings.length).toBeGreaterThan(0.02);
  expect(elevated.length / readings.length).toBeLessThan(0.3);
  const mean = (some: VitalSigns[]) =>
    some.reduce((sum, { blood_pressure }) => sum + (blood_pressure ?? 118), 0) / some.length;
  expect(mean(elevated)).toBeGreaterThan(mean(readings) + 5);
});

test('what a sleeping computer missed is not made up for', () => {
  const ward = new Ward({ ...DEFAULT_WARD, start: START });
  ward.readings(START + 1_000);
  expect(ward.readings(START + 8 * 3_600_000).length).toBeLessThan(12 * 8);
});
