import { expect, test } from 'vitest';
import { Notices } from '../../../tools/local/notices.ts';

test('the same thing is said once in a while, and how often it happened', () => {
  let now = 0;
  const said: string[] = [];
  const notices = new Notices(() => now);
  notices.listen((text) => said.push(text));
  notices.say('fire: attempt 1 failed');
  notices.say('fire: attempt 2 failed');
  notices.say('sweep: attempt 1 failed');
  now = 11_000;
  notices.say('fire: attempt 3 failed');
  now = 30_000;
  notices.say('fire: attempt 4 failed');
  expect(said).toEqual([
    'fire: attempt 1 failed',
    'sweep: attempt 1 failed',
    'fire: attempt 3 failed (and 1 times more)',
    'fire: attempt 4 failed',
  ]);
});
