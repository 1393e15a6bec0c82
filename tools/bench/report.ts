import { cpus, loadavg } from 'node:os';
import { type BudgetLine, count, type Measurements } from './budgets.ts';

/** The page that is kept in docs/: what was measured, on what, how, and against which budget. */
export function reportPage(measurements: Measurements, lines: readonly BudgetLine[], date: Date): string {
  const throughputs = measurements.cases.filter((result) => result.kind === 'throughput');
  const [first] = throughputs;
  return `${[
    '# Benchmarks',
    '',
    'Written by `npm run bench`; do not edit. The budgets are those of the design; figures are medians of interleaved rounds, ratios are',
    'medians of the ratios within a round. See `tools/bench/` for what exactly is measured.',
    '',
    `- Date: ${date.toISOString().slice(0, 10)}`,
    `- Machine: ${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, ${process.platform} ${process.arch}`,
    `- Node: ${process.version}`,
    '- Command: `npm run bench`',
    `- Load average over the last five minutes: ${loadavg()[1]?.toFixed(1)} (about 1 where nothing else ran)`,
    ...(first === undefined
      ? []
      : [
          `- Events: ${first.eventBytes.toFixed(0)} bytes each with their CloudEvents envelope, 40 to a record`,
        ]),
    '',
    '## Budgets',
    '',
    '| what | budget | measured | |',
    '| --- | --- | --- | --- |',
    ...lines.map(
      ({ what, budget, measured, kept }) =>
        `| ${what} | ${budget} | ${measured} | ${kept ? 'kept' : '**missed**'} |`,
    ),
    '',
    '## Throughput',
    '',
    'The floor parses the same CloudEvents payload and folds one field per key and minute into nested Maps: no validation, no',
    'de-duplication, nothing stored. A window function goes from the payload to the encoded commit and head, without the SDK',
    'and the network. Each stage is a function of its own.',
    '',
    '| keys | events per batch | | ns per event | of the floor | write units per event |',
    '| --- | --- | --- | --- | --- | --- |',
    ...throughputs.flatMap(({ keys, events, floorNsPerEvent, rows }) => [
      `| ${count(keys)} | ${count(events)} | floor | ${floorNsPerEvent.toFixed(0)} | 1.00 | |`,
      ...rows.map(
        (row) =>
          `| ${count(keys)} | ${count(events)} | ${row.stage}, ${row.format} | ${row.nsPerEvent.toFixed(0)} | ` +
          `${row.ofFloor.toFixed(2)} | ${row.writeUnitsPerEvent.toFixed(4)} |`,
      ),
    ]),
  ].join('\n')}\n`;
}
