import { expect, test } from 'vitest';
import { readAggregate } from '../../../shared/streams/kpl.ts';
import { ingestBench } from '../../../tools/bench/cases/ingest.ts';
import { costOf, packing } from '../../../tools/bench/cases/packing.ts';
import { aggregate } from '../../../tools/bench/kpl.ts';
import { aggregated } from '../../factories/events.ts';

test('aggregates as the module of AWS does', () => {
  const records = Array.from({ length: 300 }, (_, n) => ({
    partitionKey: `key-${n % 200}`,
    data: Buffer.from(`record ${n} ${'x'.repeat(n)}`),
  }));
  const made = aggregate(records);
  expect(readAggregate(made)).toEqual(readAggregate(aggregated(records)));
  expect(made.subarray(0, 4)).toEqual(aggregated(records).subarray(0, 4));
});

test('counts what Kinesis and Lambda would', () => {
  // With its partition key of 7 bytes the first record fills a payload unit, and the second is a byte longer.
  const full = Buffer.alloc(25 * 1024 - 7);
  const over = Buffer.alloc(25 * 1024 - 6);
  expect(costOf([full], 100).unitsPerMillion).toBe(10_000);
  expect(costOf([over], 100).unitsPerMillion).toBe(20_000);
  // A thousand records a second, or a megabyte.
  expect(costOf([Buffer.alloc(10)], 1).eventsPerShardSecond).toBe(1_000);
  expect(costOf([Buffer.alloc(1024 * 1024 - 7)], 500).eventsPerShardSecond).toBe(500);
  expect(costOf([Buffer.alloc(3 * 1024 * 1024)], 4).eventsPerInvocation).toBeCloseTo(6, 2);
});

test('packs every event in every way, and reads it back', async () => {
  const { rows } = await packing({ events: 1_000, warmUp: 0, rounds: 1 });
  expect(rows).toHaveLength(14);
  const find = (format: string, perRecord: number, compressed: boolean) =>
    rows.find(
      (row) => row.format === format && row.perRecord === perRecord && row.compressed === compressed,
    )!;
  const single = find('CloudEvents, one to a record', 1, false);
  const packed = find('compact batch', 500, true);
  expect([single.unitsPerMillion, single.eventsPerShardSecond]).toEqual([1e6, 1_000]);
  expect(packed.unitsPerMillion).toBe(2_000);
  expect(packed.eventsPerShardSecond).toBeGreaterThan(10 * single.eventsPerShardSecond);
});

test('ingestion takes what it is measured with, with every part and without', async () => {
  const { rows } = await ingestBench({ events: 20, requests: 2, warmUp: 0, rounds: 1 });
  expect(rows).toHaveLength(5);
  expect(rows[0]?.ofBare).toBe(1);
});
