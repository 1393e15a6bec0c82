import { afterAll, expect, test } from 'vitest';
import { DELIBERATE_FAULTS } from '../chaos/deliberate-faults.ts';
import { exploreWithFault } from '../chaos/with-fault.ts';

/** Each must be caught within this. */
const BUDGET_MS = 5 * 60_000;
const SEARCH = { from: Number(process.env.FROM ?? 1), schedules: 100_000, store: 'memory' } as const;

const report: Record<string, string | number>[] = [];
afterAll(() => console.table(report));

test.each(DELIBERATE_FAULTS.map(({ name }) => name))(
  'the driver catches: %s',
  {
    retry: 0,
    timeout: 3 * BUDGET_MS,
  },
  async (fault) => {
    const all = await exploreWithFault(fault, { ...SEARCH, budget: BUDGET_MS });
    const outcome = await exploreWithFault(fault, { ...SEARCH, budget: BUDGET_MS, outcomeOnly: true });
    report.push({
      fault,
      schedules: all.schedules,
      seconds: Number(all.seconds.toFixed(1)),
      'by results alone': outcome.failure ? outcome.schedules : 'no',
      'their seconds': Number(outcome.seconds.toFixed(1)),
      seen: all.failure?.violation.message.slice(0, 100) ?? '',
    });
    expect(all.failure).toBeDefined();
  },
);
