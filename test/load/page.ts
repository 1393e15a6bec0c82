import { cpus, loadavg } from 'node:os';
import type { StageCounts } from '../support/api-client.ts';
import type { LoadResult } from './generator.ts';
import { type Memory, type Part, totalOf } from './memory.ts';

/** What the page tells. */
export interface LoadReport {
  readonly minutes: number;
  readonly rate: number;
  readonly events: number;
  readonly connections: number;
  readonly load: LoadResult;
  /** Taken at equal distances while the load lasted. */
  readonly samples: readonly Memory[];
  /** Number of results that were compared with what was sent. */
  readonly rows: number;
  /** What was missing, too much or different. */
  readonly wrong: readonly string[];
  readonly counts: StageCounts | undefined;
  readonly date: Date;
}

const number = (value: number): string => Math.round(value).toLocaleString('en-US');

/** The page that is kept in docs/. */
export function loadPage(report: LoadReport): string {
  const { minutes, rate, events, connections, load, rows, wrong, counts, date } = report;
  const { result, unanswered, statuses } = load;
  const perSecond = result.requests.total / result.duration;
  const { latency } = result;
  return `${[
    '# Load',
    '',
    'Written by `npm run load`; do not edit. A local run - gateway, functions in processes of their own, emulators of Kinesis and DynamoDB,',
    'all of them and the load generator on one machine - is loaded by autocannon at a steady rate; then every window is compared with',
    'what was sent. It says how one machine with emulators does, not what AWS does; what it proves is that results stay exact and memory',
    'flat under load.',
    '',
    `- Date: ${date.toISOString().slice(0, 10)}`,
    `- Machine: ${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, ${process.platform} ${process.arch}`,
    `- Node: ${process.version}`,
    `- Command: \`npm run load -- --minutes ${minutes} --rate ${rate} --events ${events} --connections ${connections}\``,
    `- Load average over the last five minutes: ${loadavg()[1]?.toFixed(1)} (what it is above the number of cores, others took)`,
    '',
    '| what | |',
    '| --- | ---: |',
    `| minutes | ${minutes} |`,
    `| requests | ${number(result.requests.total)} |`,
    `| events sent, one in fifty a repetition | ${number(load.requests.length * events)} |`,
    `| requests a second (asked for: ${rate}) | ${perSecond.toFixed(1)} |`,
    `| events a second | ${number(perSecond * events)} |`,
    `| latency, median | ${number(latency.p50)} ms |`,
    `| latency, p90 | ${number(latency.p90)} ms |`,
    `| latency, p99 | ${number(latency.p99)} ms |`,
    `| latency, p99.9 | ${number(latency.p99_9)} ms |`,
    `| latency, longest | ${number(latency.max)} ms |`,
    `| answers by status | ${[...statuses].map(([status, count]) => `${status}: ${number(count)}`).join(', ')} |`,
    `| requests without a 202, sent again afterwards | ${unanswered.length} |`,
    `| results compared with what was sent | ${number(rows)} |`,
    `| results that differ | ${wrong.length} |`,
    `| of \`device-traffic\`: accepted, duplicate, late | ${counts === undefined ? '' : [counts.accepted, counts.duplicate, counts.late].map(number).join(', ')} |`,
    '',
    'Latencies are corrected for coordinated omission: a request that could not go in time counts from when it was due.',
    '',
    '## Memory',
    '',
    'Resident memory in MB, by part of the run, at the start of each minute and at the end.',
    '',
    ...memoryTable(report),
    ...(wrong.length === 0
      ? []
      : ['', '## What differs', '', ...wrong.slice(0, 20).map((text) => `- ${text}`)]),
  ].join('\n')}\n`;
}

function memoryTable({ samples, minutes }: LoadReport): string[] {
  const parts = [...new Set(samples.flatMap((sample) => [...sample.keys()]))];
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const count = Math.max(2, Math.min(11, Math.round(minutes) + 1));
  const chosen = Array.from(
    { length: count },
    (_, at) => [at, samples[Math.round((at * (samples.length - 1)) / (count - 1))]] as const,
  );
  return [
    row(['minute', ...parts, 'all']),
    row(['---', ...parts.map(() => '---:'), '---:']),
    ...chosen.map(([at, sample]) => {
      const cell = (part: Part) => number(sample?.get(part) ?? 0);
      const minute = ((at * minutes) / (count - 1)).toFixed(minutes < 2 ? 1 : 0);
      return row([minute, ...parts.map(cell), number(totalOf(sample ?? new Map()))]);
    }),
  ];
}
