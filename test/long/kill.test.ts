import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { generateTraffic } from '../../tools/bench/traffic.ts';
import { compareResults } from '../oracle/compare.ts';
import { expectedResults } from '../oracle/windows.ts';
import { countsOf, pageOf, postAll, pushTime, STAGES } from '../support/api-client.ts';
import { MillraceProcess, temporaryFolder } from '../support/millrace-process.ts';
import { type Sender, sendFile } from '../support/sender.ts';

/** `npm run test:soak` sets RUNS and gets more and longer rounds, and more kinds of victims. */
const { RUNS } = process.env;
const SOAK = RUNS !== undefined;
const ROUNDS = SOAK ? Math.ceil(Number(RUNS) / 200) : 1;
const EVENTS = SOAK ? 60_000 : 12_000;
const RATE = SOAK ? 1_500 : 2_000;
const WINDOWS = ['device-traffic-window', 'ip-share-window'];
const VICTIMS = SOAK
  ? [...WINDOWS, 'ingest', ...WINDOWS, 'fire', ...WINDOWS, 'materialize', ...WINDOWS]
  : [...WINDOWS, ...WINDOWS];
const DEVICES = 20;
/**
 * Event time of a round: less than the lateness, so that whatever is sent again is a duplicate, not late. In the short form
 * the first window ends when everything was killed already: whoever takes over a firing that was killed waits for the end
 * of its lease and then for the sweep, which takes a minute.
 */
const SPAN = (SOAK ? 8 : 2) * 60_000;
const ROUND = 60 * 60_000;
const LATENESS = 10 * 60_000;
const PATIENCE = { timeout: 150_000, interval: 400 };

const folder = temporaryFolder();
let run: MillraceProcess;
let sender: Sender | undefined;

beforeEach(async () => {
  run = await MillraceProcess.start(folder.path, '--fresh', '--port', '0', '--shards', '2');
}, 120_000);
afterEach(async () => {
  sender?.kill();
  await run?.kill();
  folder.remove();
}, 60_000);

/** What both stages have counted together. */
async function counted(): Promise<number> {
  const counts = Object.values(await countsOf(run.url));
  return counts.reduce((sum, { accepted, duplicate }) => sum + accepted + duplicate, 0);
}

async function haveCounted(total: number): Promise<void> {
  await vi.waitUntil(async () => (await counted()) >= total, { timeout: 60_000, interval: 150 });
}

async function equal(lines: readonly string[]): Promise<void> {
  const expected = expectedResults(lines);
  await expect.poll(() => compareResults(run.url, expected), PATIENCE).toEqual([]);
}

test(
  `kill -9 of functions and of everything, while ${ROUNDS * EVENTS} events arrive at two shards, changes no result`,
  async () => {
    let accepted = 0;
    let repeated = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const start = Date.UTC(2026, 0, 1) + round * ROUND;
      const interval = Math.floor((SPAN * DEVICES) / EVENTS);
      const lines = [
        ...generateTraffic({
          events: EVENTS,
          devices: DEVICES,
          duplicates: 0.02,
          disorder: 0.05,
          seed: round + 1,
          start,
          interval,
        }),
      ];
      const file = join(folder.path, `round-${round}.ndjson`);
      writeFileSync(file, lines.join('\n'));
      const before = await counted();
      const step = EVENTS / (SOAK ? VICTIMS.length + 2 : 10);

      sender = sendFile(file, run.url, '--rate', String(RATE), '--batch', '250');
      for (const [index, victim] of VICTIMS.entries()) {
        await haveCounted(before + index * step);
        await run.killWorking(victim);
      }
      // The run says so when a process is gone that was at work.
      expect(run.output()).toMatch(/-window: Runtime.ExitError/);
      expect(sender.running(), 'the run is killed while events arrive').toBe(true);
      await run.kill();
      run = await MillraceProcess.start(folder.path, '--port', run.port, '--shards', '2');
      await run.killWorking(WINDOWS[0]!);
      expect(await sender.done).toMatchObject({ status: 0 });

      const later = pushTime(start + SPAN + 15_000);
      await postAll(run.url, later);
      await equal(lines);
      // Whatever was stored but never acknowledged came twice, and what came twice is counted once.
      const unique = new Set(lines).size;
      accepted += unique + later.length;
      repeated += 2 * EVENTS - unique;
      sender = sendFile(file, run.url);
      expect(await sender.done).toMatchObject({ status: 0 });
      await expect
        .poll(
          async () => Object.values(await countsOf(run.url)).every(({ duplicate }) => duplicate >= repeated),
          PATIENCE,
        )
        .toBe(true);
      for (const counts of Object.values(await countsOf(run.url))) {
        expect(counts).toMatchObject({ accepted, late: 0, rejected: 0 });
      }

      const over = pushTime(start + SPAN + LATENESS + 15_000);
      accepted += over.length;
      await postAll(run.url, over);
      for (const stage of STAGES) {
        const open = async () => {
          const { items } = await pageOf(run.url, stage, { to: String(start + SPAN), limit: '10000' });
          return items.filter(({ final }) => !final).length;
        };
        await expect.poll(open, PATIENCE).toBe(0);
      }
      await equal(lines);
    }
  },
  ROUNDS * 600_000,
);
