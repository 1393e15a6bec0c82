import { afterAll, beforeAll, expect, test } from 'vitest';
import { Contract } from '../support/contract.ts';
import { assault } from '../support/hostile/assault.ts';
import { everythingLanded } from '../support/hostile/lake-tokens.ts';
import { MillraceProcess, temporaryFolder } from '../support/millrace-process.ts';

/** `HOSTILE=200000 npm run test:soak -- hostile` is what was promised once; the seed tells runs apart. */
const COUNT = Number(process.env.HOSTILE ?? '20000');
const SEED = Number(process.env.SEED ?? '1');

const folder = temporaryFolder();
let run: MillraceProcess;
beforeAll(async () => {
  run = await MillraceProcess.start(folder.path, '--fresh', '--port', '0');
}, 120_000);
afterAll(async () => {
  await run?.kill();
  folder.remove();
}, 60_000);

test(`${COUNT} hostile requests: every answer is a documented one, and the lake holds exactly what was accepted`, async () => {
  const started = Date.now();
  const { ledger, faults } = await assault({
    url: run.url,
    contract: await Contract.of(run.url),
    seed: SEED,
    count: COUNT,
    onProgress: (done) => {
      if (done % 10_000 === 0)
        console.log(`${done} requests in ${Math.round((Date.now() - started) / 1000)} s`);
    },
  });
  const statuses = JSON.stringify(Object.fromEntries([...ledger.statuses].sort()));
  console.log(`seed ${SEED}: ${COUNT} requests, ${ledger.accepted} events accepted, by status ${statuses}`);
  expect(faults).toEqual([]);
  expect(ledger.accepted).toBeGreaterThan(COUNT / 10);
  const stored = await everythingLanded(run.url, folder.path);
  expect(ledger.differences(stored)).toEqual([]);
  expect(stored.length).toBe(ledger.accepted);
});
