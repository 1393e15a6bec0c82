import type { KinesisStreamEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import { knownTypes } from '../../../shared/events/known-types.ts';
import { traffic } from '../../../shared/pipelines/network-traffic.ts';
import { decodeRecord } from '../../../shared/streams/decode.ts';
import { runFloor } from '../../../tools/bench/floor.ts';
import { payloads } from '../../../tools/bench/payloads.ts';

const options = { keys: 10, events: 100, perRecord: 40, interval: 1_000 };

interface Seen {
  readonly id: string;
  readonly time: number;
  readonly data: { readonly device: string; readonly receive_bytes: number };
  readonly trusted: boolean;
}

function decode(payload: Buffer): Seen[] {
  const events: Seen[] = [];
  const { Records } = JSON.parse(payload.toString()) as KinesisStreamEvent;
  for (const { kinesis } of Records) {
    const visitor = {
      event: (
        _: number,
        _type: string,
        _source: string,
        id: string,
        time: number,
        _key: string,
        data: unknown,
        trusted: boolean,
      ) => {
        events.push({ id, time, data: data as Seen['data'], trusted });
      },
      undecodable: (_: number, reason: string) => expect.fail(reason),
    };
    decodeRecord(Buffer.from(kinesis.data, 'base64'), visitor, { types: knownTypes([traffic]) });
  }
  return events;
}

test('both formats carry the same events, compact ones trusted', () => {
  const { cloudEvents, compact } = payloads(options).next().value;
  const full = decode(cloudEvents);
  expect(full).toHaveLength(100);
  expect(full.every(({ trusted }) => !trusted)).toBe(true);
  expect(decode(compact)).toEqual(full.map((event) => ({ ...event, trusted: true })));
});

test('ids are new in every invocation, bytes the same in every run', () => {
  const [one, other] = [payloads(options), payloads(options)];
  const [first, second] = [one.next().value, one.next().value];
  expect(other.next().value.cloudEvents.equals(first.cloudEvents)).toBe(true);
  const ids = [...decode(first.cloudEvents), ...decode(second.cloudEvents)].map(({ id }) => id);
  expect(new Set(ids).size).toBe(200);
});

test('the floor counts every event once, in its minute', () => {
  const { cloudEvents } = payloads({ ...options, interval: 200_000 }).next().value;
  const events = decode(cloudEvents);
  const minutes = runFloor(cloudEvents);
  const counted = [...minutes.values()].flatMap((keys) => [...keys.values()]);
  expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(100);
  const [{ time, data }] = events as [Seen];
  const own = events.filter(
    (event) =>
      event.data.device === data.device && Math.floor(event.time / 60_000) === Math.floor(time / 60_000),
  );
  const bytes = own.map((event) => event.data.receive_bytes);
  expect(minutes.get(Math.floor(time / 60_000))?.get(data.device)).toEqual({
    count: own.length,
    sum: bytes.reduce((a, b) => a + b),
    min: Math.min(...bytes),
    max: Math.max(...bytes),
  });
});
