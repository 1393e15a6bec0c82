import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Argument, Command } from 'commander';
import { build } from 'esbuild';
import { colors as pc } from '../colors.ts';
import { type BudgetLine, compareBudgets, type Measurements } from './budgets.ts';
import { runModule } from './child.ts';
import { renewPage } from './page.ts';
import { sectionsOf } from './report.ts';
import { startups } from './startup.ts';
import type { Case, CaseResult } from './suite.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const page = join(root, 'docs', 'benchmarks.md');
/** As the deployed functions run, and with the means to collect garbage when nothing is being timed. */
const FLAGS = ['--max-semi-space-size=64', '--expose-gc'];

const KINDS = ['throughput', 'firing', 'memory', 'startup', 'ingest', 'packing'] as const;

const program = new Command('bench')
  .description('Measures the budgets of the design and writes docs/benchmarks.md')
  .addArgument(new Argument('[kinds...]', 'what to measure; all without').choices(KINDS))
  .option('--quick', 'a few rounds only: to see that it runs, not how fast', false)
  .option('--no-write', 'leave docs/benchmarks.md as it is')
  .parse();
const { quick, write } = program.opts<{ quick: boolean; write: boolean }>();
const kinds = new Set<string>(program.args.length === 0 ? KINDS : program.args);

const rounds = quick ? { warmUp: 2, rounds: 3 } : { warmUp: 15, rounds: 31 };
/** Of what takes no warming up of a shard's state. */
const fewer = quick ? rounds : { warmUp: 5, rounds: 11 };
const all: readonly Case[] = [
  { kind: 'throughput', keys: 1_000, events: 10_000, ...rounds },
  // Ten times as many: a tenth of the events makes a tenth of the code's warming up.
  { kind: 'throughput', keys: 1_000, events: 1_000, warmUp: rounds.warmUp * 10, rounds: rounds.rounds * 5 },
  { kind: 'throughput', keys: 100_000, events: 10_000, ...rounds },
  { kind: 'firing', keys: quick ? 100_000 : 1_000_000, rounds: quick ? 1 : 7 },
  { kind: 'memory', keys: 100_000, slices: 16, turns: quick ? 2 : 3 },
  { kind: 'ingest', events: 500, requests: 10, ...fewer },
  { kind: 'ingest', events: 1, requests: 1_000, ...fewer },
  { kind: 'packing', events: 10_000, ...fewer },
];
const cases = all.filter(({ kind }) => kinds.has(kind));
const steps = cases.length + (kinds.has('startup') ? 1 : 0);

const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
try {
  const suite = join(folder, 'suite.mjs');
  if (cases.length > 0) await bundle(suite);
  const measured: CaseResult[] = [];
  for (const [index, one] of cases.entries()) {
    process.stderr.write(pc.dim(`${index + 1}/${steps} ${describe(one)}\n`));
    measured.push(await runModule<CaseResult>(suite, { args: [JSON.stringify(one)], flags: FLAGS }));
  }
  const startup = kinds.has('startup');
  if (startup) process.stderr.write(pc.dim(`${steps}/${steps} start of the functions\n`));
  const measurements: Measurements = {
    cases: measured,
    startups: startup ? await startups(root, quick ? 1 : 9) : [],
  };
  const lines = compareBudgets(measurements);
  const sections = sectionsOf(measurements, lines, program.args, new Date());
  printLines(lines);
  for (const { title, text } of sections) if (title !== 'Budgets') console.log(`\n${title}\n\n${text}`);
  const before = existsSync(page) ? readFileSync(page, 'utf8') : '';
  if (write && !quick) writeFileSync(page, renewPage(before, sections));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Bundled as functions are, so that what is measured is what Lambda runs. */
async function bundle(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(root, 'tools', 'bench', 'suite.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    minify: true,
    logLevel: 'warning',
  });
}

function describe({ kind, ...options }: Case): string {
  const parts = Object.entries(options).map(([name, value]) => `${name} ${value}`);
  return `${kind}: ${parts.join(', ')}`;
}

function printLines(lines: readonly BudgetLine[]): void {
  const width = (column: (line: BudgetLine) => string) =>
    Math.max(...lines.map((line) => column(line).length));
  const [what, budget] = [width((line) => line.what), width((line) => line.budget)];
  for (const line of lines) {
    const mark = line.kept ? pc.green('kept') : pc.red('missed');
    console.log(
      `${line.what.padEnd(what)}  ${line.budget.padEnd(budget)}  ${line.measured.padStart(12)}  ${mark}`,
    );
  }
}
