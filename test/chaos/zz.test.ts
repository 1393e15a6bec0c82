import { test } from 'vitest';
import { DELIBERATE_FAULTS } from './deliberate-faults.ts';
import { exploreWithFault } from './with-fault.ts';

test.each(DELIBERATE_FAULTS.filter((f) => f.chained && /still/.test(f.name)).map(({ name }) => name))(
  '%s',
  { timeout: 1e7 },
  async (fault) => {
    const { failure, schedules, seconds } = await exploreWithFault(fault, {
      from: 1,
      schedules: 3000,
      budget: 90_000,
      store: 'memory',
    });
    console.log(fault, schedules, seconds, failure?.seed, failure?.violation.message);
  },
);
