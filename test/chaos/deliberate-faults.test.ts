import { expect, test } from 'vitest';
import { exploreWithFault } from './with-fault.ts';

/** Those that show soonest; `npm run test:soak` tries all of them. */
const SOONEST = [
  'no condition on the commit',
  'no id check',
  'heads that may go back',
  'unread events of other types hold time',
  'a filter that stands still at one shard does not hold time while it goes on at another',
];

test.each(SOONEST)('the driver catches: %s', { retry: 0 }, async (fault) => {
  const { failure } = await exploreWithFault(fault, { from: 1, schedules: 200, store: 'memory' });
  expect(failure).toBeDefined();
});
