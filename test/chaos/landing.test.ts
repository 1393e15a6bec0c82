import { expect, test } from 'vitest';
import { type Breach, LandingWorld } from './landing-world.ts';

/** SEED=n replays one schedule; SCHEDULES=n runs that many. */
const { SEED, SCHEDULES = '600' } = process.env;
const seeds =
  SEED === undefined ? Array.from({ length: Number(SCHEDULES) }, (_, seed) => seed) : [Number(SEED)];

test('every record is in the lake exactly once, whatever fails and whoever wakes up late', async () => {
  for (const seed of seeds) {
    const problems = await new LandingWorld(seed).run();
    expect(problems, `replay with SEED=${seed}`).toEqual([]);
  }
}, 900_000);

const breaches: readonly Breach[] = ['overwrite', 'taken-is-done', 'remembered-head', 'head-goes-back'];

test.each(breaches)('a run notices when landing breaks a rule: %s', async (breach) => {
  let seed = 0;
  while (seed < 5_000 && (await new LandingWorld(seed, breach).run()).length === 0) seed++;
  expect(seed).toBeLessThan(5_000);
});
