import { expect, test } from 'vitest';
import { LandingWorld } from '../chaos/landing-world.ts';

/** As many as the lake's claim rests on; SCHEDULES=n runs that many. */
const SCHEDULES = Number(process.env.SCHEDULES ?? 20_000);
/** Beyond those of the short test. */
const FIRST = 100_000;

test(`every record is in the lake exactly once in ${SCHEDULES} schedules`, async () => {
  for (let seed = FIRST; seed < FIRST + SCHEDULES; seed++) {
    expect(await new LandingWorld(seed).run(), `replay with SEED=${seed}`).toEqual([]);
  }
});
