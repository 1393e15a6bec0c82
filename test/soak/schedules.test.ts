import { expect, test } from 'vitest';
import { describeFailure, explore } from '../chaos/explore.ts';
import { Coverage } from '../chaos/sim/driver.ts';
import type { StoreKind } from '../chaos/sim/simulation.ts';

const { FROM, SCHEDULES } = process.env;
const SHRINK_MS = 300_000;
const REPORT_EVERY = 1_000;

test.each<['one stage' | 'stages on stages', StoreKind]>([
  ['one stage', 'memory'],
  ['one stage', 'both'],
  ['stages on stages', 'memory'],
  ['stages on stages', 'both'],
])(
  'no schedule of failures makes a result wrong, however many are tried: %s, %s',
  {
    retry: 0,
    timeout: 24 * 3_600_000,
  },
  async (of, store) => {
    const chained = of === 'stages on stages';
    const coverage = new Coverage();
    const { schedules, seconds, failure } = await explore({
      from: Number(FROM ?? 10_000),
      schedules: Number(SCHEDULES ?? 10_000),
      store,
      chained,
      coverage,
      progress: (done, elapsed) => {
        if (done % REPORT_EVERY === 0) console.log(`${done} schedules in ${elapsed.toFixed(0)} s`);
      },
    });
    console.log(
      `${schedules} schedules in ${seconds.toFixed(0)} s, ${(schedules / seconds).toFixed(1)} a second`,
    );
    console.table(coverage.table());
    expect(
      failure && (await describeFailure(failure, { store: 'memory', chained }, SHRINK_MS)),
    ).toBeUndefined();
  },
);
