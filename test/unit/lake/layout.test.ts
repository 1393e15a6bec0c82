import { expect, test } from 'vitest';
import { partitionOf, rawKey } from '../../../shared/lake/layout.ts';

test('raw objects lie under the day and hour of arrival, UTC, and sort by number', () => {
  const arrival = Date.parse('2026-03-09T07:59:59.999Z');
  expect(rawKey('sales', 'shardId-000000000003', 12, arrival)).toBe(
    'raw/dt=2026-03-09/hour=7/sales-shardId-000000000003-000000000012.json.gz',
  );
  expect(partitionOf(arrival + 1)).toEqual({ day: '2026-03-09', hour: 8 });
});
