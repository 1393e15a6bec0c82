import { cpus, loadavg } from 'node:os';
import { type BudgetLine, count, type Measurements } from './budgets.ts';
import type { IngestBenchResult } from './cases/ingest.ts';
import type { PackingResult } from './cases/packing.ts';
import type { ThroughputResult } from './cases/throughput.ts';
import type { Section } from './page.ts';

/**
 * What was measured, on what, how, and against which budget: the sections of the page for what this run measured.
 *
 * @param kinds - arguments of the command
 */
export function sectionsOf(
  { cases, startups }: Measurements,
  lines: readonly BudgetLine[],
  kinds: readonly string[],
  date: Date,
): Section[] {
  const where = placeOf(kinds, date);
  const throughputs = cases.filter((result) => result.kind === 'throughput');
  const ingests = cases.filter((result) => result.kind === 'ingest');
  const packings = cases.filter((result) => result.kind === 'packing');
  const windows = cases.length + startups.length > ingests.length + packings.length;
  return [
    ...(windows ? [{ title: 'Budgets', text: budgets(lines, where) }] : []),
    ...(throughputs.length > 0 ? [{ title: 'Throughput', text: throughput(throughputs, where) }] : []),
    ...(ingests.length > 0 ? [{ title: 'Ingestion', text: ingestion(ingests, where) }] : []),
    ...packings.map((result) => ({ title: 'Packing', text: packing(result, where) })),
  ];
}

function placeOf(kinds: readonly string[], date: Date): string {
  const command = `npm run bench${kinds.length > 0 ? ` -- ${kinds.join(' ')}` : ''}`;
  return (
    `${date.toISOString().slice(0, 10)}, ${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, ${process.platform} ` +
    `${process.arch}, Node ${process.version}, \`${command}\`, load average over the last five minutes ${loadavg()[1]?.toFixed(1)} (about 1 where nothing else ran).`
  );
}

const budgets = (lines: readonly BudgetLine[], where: string): string =>
  [
    where,
    '',
    '| what | budget | measured | |',
    '| --- | --- | --- | --- |',
    ...lines.map(
      ({ what, budget, measured, kept }) =>
        `| ${what} | ${budget} | ${measured} | ${kept ? 'kept' : '**missed**'} |`,
    ),
  ].join('\n');

const throughput = (results: readonly ThroughputResult[], where: string): string =>
  [
    where,
    '',
    'The floor parses the same CloudEvents payload and folds one field per key and minute into nested Maps: no validation, no',
    'de-duplication, nothing stored. A window function goes from the payload to the encoded commit and head, without the SDK',
    `and the network. Each stage is a function of its own. Events have ${results[0]?.eventBytes.toFixed(0)} bytes with their CloudEvents envelope, 40 to a record.`,
    '',
    '| keys | events per batch | | ns per event | of the floor | write units per event |',
    '| --- | --- | --- | --- | --- | --- |',
    ...results.flatMap(({ keys, events, floorNsPerEvent, rows }) => [
      `| ${count(keys)} | ${count(events)} | floor | ${floorNsPerEvent.toFixed(0)} | 1.00 | |`,
      ...rows.map(
        (row) =>
          `| ${count(keys)} | ${count(events)} | ${row.stage}, ${row.format} | ${row.nsPerEvent.toFixed(0)} | ` +
          `${row.ofFloor.toFixed(2)} | ${row.writeUnitsPerEvent.toFixed(4)} |`,
      ),
    ]),
  ].join('\n');

const ingestion = (results: readonly IngestBenchResult[], where: string): string =>
  [
    where,
    '',
    'The ingest function from the request to the records for the stream and the answer, without the SDK and the network. Each part is measured',
    'against the bare path on the same requests, in CPU time, which others on the machine do not take. Keys and pseudonym keys are cached, as in a warm container.',
    '',
    '| events per request | | ns of CPU per event | in proportion to bare |',
    '| ---: | --- | ---: | ---: |',
    ...results.flatMap(({ events, rows }) =>
      rows.map(
        ({ what, nsPerEvent, ofBare }) =>
          `| ${count(events)} | ${what} | ${count(Math.round(nsPerEvent))} | ${ofBare.toFixed(2)} |`,
      ),
    ),
  ].join('\n');

const packing = ({ rows }: PackingResult, where: string): string =>
  [
    where,
    '',
    'The same events in every form that consumers read. A PUT payload unit of Kinesis is 25 KB, each record rounded up; a shard takes 1 MB and',
    '1,000 records a second; an invocation of a function 6 MB, with records in base64. Ingestion writes compact batches, up to 500 events to a record.',
    '',
    '| record | gzip | events per record | bytes per event | PUT units per million events | events/s per shard | events per invocation | ns of CPU to decode an event |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows.map(
      (row) =>
        `| ${row.format} | ${row.compressed ? 'yes' : ''} | ${row.perRecord} | ${row.bytesPerEvent.toFixed(0)} | ${rounded(row.unitsPerMillion)} | ` +
        `${rounded(row.eventsPerShardSecond)} | ${rounded(row.eventsPerInvocation)} | ${rounded(row.decodeNsPerEvent)} |`,
    ),
  ].join('\n');

const rounded = (value: number): string => count(Math.round(value));
