import { cpus, loadavg } from 'node:os';
import type { CompactCost } from './compact-child.ts';
import type { GeneratedLake, LakeLoad } from './generate.ts';
import type { QueryCost } from './query-child.ts';

/** One load, compacted and asked before and after. */
export interface LakeResult {
  readonly name: string;
  readonly load: LakeLoad;
  readonly generated: GeneratedLake;
  readonly before: QueryCost;
  readonly compaction: CompactCost;
  readonly after: QueryCost;
  /** Curated files. */
  readonly files: number;
  readonly bytes: number;
  readonly largest: number;
}

const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** The page that is kept in docs/. */
export function lakePage(results: readonly LakeResult[], date: Date): string {
  return `${[
    '# Benchmarks of the lake',
    '',
    'Written by `npm run bench:lake`; do not edit. Raw objects of network traffic, as landing writes them (2% of the events are there twice), are',
    "compacted by the function's code with the function's limits (3,026 MB for DuckDB, 128 MB of raw objects to a part), over the local run's S3",
    'endpoint, whose work is in the time. The query is `npx millrace query` in a process of its own, its start of DuckDB included:',
    'events and bytes per device over everything, from the raw files before and from the curated ones after. Both answers are checked against',
    'the generator: each event once.',
    '',
    `- Date: ${date.toISOString().slice(0, 10)}`,
    `- Machine: ${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, ${process.platform} ${process.arch}`,
    `- Node: ${process.version}`,
    '- Command: `npm run bench:lake`',
    `- Load average over the last five minutes: ${loadavg()[1]?.toFixed(1)} (about 2 where nothing else ran)`,
    '',
    `| | ${results.map(({ name }) => name).join(' | ')} |`,
    `| --- | ${results.map(() => '---: |').join(' ')}`,
    ...rows.map(([name, value]) => `| ${name} | ${results.map(value).join(' | ')} |`),
  ].join('\n')}\n`;
}

const rows: readonly (readonly [string, (result: LakeResult) => string])[] = [
  ['events, repetitions included', ({ load }) => count(load.events)],
  ['raw objects', ({ load }) => count(load.objects)],
  ['bytes of raw objects', ({ generated }) => megabytes(generated.bytes)],
  ['different events', ({ generated }) => count(generated.distinct)],
  ['curated files', ({ files }) => count(files)],
  ['bytes of curated files', ({ bytes }) => megabytes(bytes)],
  ['largest curated file', ({ largest }) => megabytes(largest)],
  ['time of compaction', ({ compaction }) => seconds(compaction.ms)],
  ['events a second', ({ load, compaction }) => count((load.events * 1000) / compaction.ms)],
  ['most memory of the process', ({ compaction }) => megabytes(compaction.memory)],
  ['most temporary files', ({ compaction }) => megabytes(compaction.storage)],
  ['CPU time of compaction', ({ compaction }) => seconds(compaction.cpuMs)],
  ['query before', ({ before }) => seconds(before.ms)],
  ['its CPU time', ({ before }) => seconds(before.cpuMs)],
  ['query after', ({ after }) => seconds(after.ms)],
  ['and its CPU time', ({ after }) => seconds(after.cpuMs)],
  ['times as fast', ({ before, after }) => (before.ms / after.ms).toFixed(0)],
];
