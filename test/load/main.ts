import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { compareResults } from '../oracle/compare.ts';
import { expectedResults } from '../oracle/windows.ts';
import { countsOf } from '../support/api-client.ts';
import { MillraceProcess, temporaryFolder } from '../support/millrace-process.ts';
import { sendPlainly } from '../support/plain-client.ts';
import { generateLoad } from './generator.ts';
import { type Memory, memoryOf, totalOf } from './memory.ts';
import { loadPage } from './page.ts';
import { linesOf, linesOfAll } from './requests.ts';

/**
 * Loads a local run at a steady rate with autocannon, watches its memory, compares every window with what was sent, and writes
 * docs/load.md.
 */
const options = new Command('load')
  .description('Loads a local run, compares its results with what was sent, and writes docs/load.md')
  .option('--minutes <n>', 'of load', Number, 10)
  .option('--rate <n>', 'requests a second', Number, 20)
  .option('--events <n>', 'events per request', Number, 100)
  .option('--connections <n>', 'of the load generator', Number, 20)
  .option('--no-write', 'print the page instead')
  .parse()
  .opts<{ minutes: number; rate: number; events: number; connections: number; write: boolean }>();

const PAGE = join(import.meta.dirname, '../../docs/load.md');
const SAMPLE_MS = 5_000;
const PATIENCE_MS = 600_000;
const say = (text: string) => process.stderr.write(`${text}\n`);

const folder = temporaryFolder();
const run = await MillraceProcess.start(folder.path, '--fresh', '--port', '0');
try {
  say(`${options.rate} requests/s of ${options.events} events for ${options.minutes} min to ${run.url}`);
  const samples: Memory[] = [];
  const watch = setInterval(() => samples.push(memoryOf(run.pid)), SAMPLE_MS);
  const load = await generateLoad({ url: run.url, seconds: options.minutes * 60, ...options });
  clearInterval(watch);
  say(`${load.result.requests.total} answers; ${load.unanswered.length} requests without 202 are sent again`);
  for (const request of load.unanswered) {
    const lines = linesOf(request, load.requests[request.number - 1], options.events);
    await sendPlainly(run.url, lines, new Map());
  }
  const expected = expectedResults(linesOfAll(load.requests, options.events));
  const deadline = Date.now() + PATIENCE_MS;
  let wrong: string[];
  // The last windows fire when silence has lasted beyond their end.
  do {
    await sleep(SAMPLE_MS);
    wrong = await compareResults(run.url, expected).catch((error: Error) => [
      `not compared: ${error.cause ?? error}`,
    ]);
  } while (wrong.length > 0 && Date.now() < deadline);
  const rows = [...expected.values()].reduce((sum, stage) => sum + stage.size, 0);
  const counts = (await countsOf(run.url))['device-traffic'];
  const page = loadPage({ ...options, load, samples, rows, wrong, counts, date: new Date() });
  if (options.write) writeFileSync(PAGE, page);
  else process.stdout.write(page);
  say(`memory at the end: ${totalOf(samples.at(-1) ?? new Map()).toFixed(0)} MB`);
  say(
    wrong.length === 0 ? `all ${rows} results are exact` : `${wrong.length} results are wrong: ${wrong[0]}`,
  );
  if (wrong.length > 0) process.exitCode = 1;
} finally {
  await run.stop();
  folder.remove();
}
