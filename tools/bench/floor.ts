import type { KinesisStreamEvent } from 'aws-lambda';

/** Partial aggregates of one key in one minute. */
interface Totals {
  count: number;
  sum: number;
  min: number;
  max: number;
}

interface FloorEvent {
  readonly time: string;
  readonly data: { readonly device: string; readonly receive_bytes: number };
}

/**
 * The floor that everything is measured against: the least that a function written by hand would do with the same payload. No
 * validation, no de-duplication, nothing stored; count, sum, min and max of one field per key and minute in nested Maps.
 */
export function runFloor(payload: Buffer): Map<number, Map<string, Totals>> {
  const { Records } = JSON.parse(payload.toString()) as KinesisStreamEvent;
  const minutes = new Map<number, Map<string, Totals>>();
  for (const { kinesis } of Records) {
    const events = JSON.parse(Buffer.from(kinesis.data, 'base64').toString()) as FloorEvent[];
    for (const { time, data } of events) {
      const minute = Math.floor(parseTime(time) / 60_000);
      let keys = minutes.get(minute);
      if (keys === undefined) {
        keys = new Map();
        minutes.set(minute, keys);
      }
      const value = data.receive_bytes;
      const totals = keys.get(data.device);
      if (totals === undefined) keys.set(data.device, { count: 1, sum: value, min: value, max: value });
      else {
        totals.count++;
        totals.sum += value;
        if (value < totals.min) totals.min = value;
        if (value > totals.max) totals.max = value;
      }
    }
  }
  return minutes;
}

let cachedDay = Number.NaN;
let cachedStart = Number.NaN;

/** `2026-01-01T00:00:00.000Z`, digit by digit, with the day looked up once. */
function parseTime(text: string): number {
  const day = number(text, 0, 4) * 10_000 + number(text, 5, 2) * 100 + number(text, 8, 2);
  if (day !== cachedDay) {
    cachedDay = day;
    cachedStart = Date.UTC(Math.floor(day / 10_000), (Math.floor(day / 100) % 100) - 1, day % 100);
  }
  return (
    cachedStart +
    number(text, 11, 2) * 3_600_000 +
    number(text, 14, 2) * 60_000 +
    number(text, 17, 2) * 1_000 +
    number(text, 20, 3)
  );
}

function number(text: string, from: number, digits: number): number {
  let value = 0;
  for (let at = from; at < from + digits; at++) value = value * 10 + text.charCodeAt(at) - 48;
  return value;
}
