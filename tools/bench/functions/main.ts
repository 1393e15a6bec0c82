import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { type StartupResult, startups } from '../startup.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

const { rounds, write } = new Command('bench:functions')
  .description('Measures size and start of every function and writes docs/benchmarks-functions.md')
  .option('--rounds <n>', 'starts of each function', '15')
  .option('--no-write', 'print only')
  .parse()
  .opts<{ rounds: string; write: boolean }>();

const kb = (bytes: number): string => Math.round(bytes / 1024).toLocaleString('en-US');

const row = (plain: StartupResult, traced: StartupResult | undefined): string =>
  `| ${plain.function} | ${kb(plain.bytes)} | ${kb(plain.zippedBytes)} | ${plain.clients.join(', ')} | ${plain.ms.toFixed(0)} | ${plain.cpuMs.toFixed(0)} | ${traced === undefined ? '' : traced.cpuMs.toFixed(0)} |`;

const plain = await startups(root, Number(rounds));
const traced = await startups(root, Number(rounds), { tracing: true });
const text = `${[
  '# Functions: size and start',
  '',
  'Written by `npm run bench:functions`; do not edit. A start is from the import of the bundle to a handler that can be called, in a process of its own:',
  'what Lambda calls the init phase, less its own start of Node. Wall time is the median; CPU time, which other work on the machine disturbs',
  'less, is the least. The budget is 60 ms for a function that talks to DynamoDB alone and 110 ms for any other, wall time on a quiet machine.',
  'Tracing is `-c tracing=true`, which puts the X-Ray SDK into the bundles.',
  '',
  `- Date: ${new Date().toISOString().slice(0, 10)}`,
  `- Machine: ${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, ${process.platform} ${process.arch}`,
  `- Node: ${process.version}`,
  `- Starts of each: ${rounds}`,
  `- Load average over the last five minutes: ${loadavg()[1]?.toFixed(1)} (about 1 where nothing else ran)`,
  '',
  '| function | KB | KB zipped | clients of the AWS SDK in it | ms | CPU ms | CPU ms traced |',
  '| --- | ---: | ---: | --- | ---: | ---: | ---: |',
  ...plain.map((each) =>
    row(
      each,
      traced.find((other) => other.function === each.function),
    ),
  ),
].join('\n')}\n`;
process.stdout.write(text);
if (write) writeFileSync(join(root, 'docs', 'benchmarks-functions.md'), text);
