import type { Cost } from './run.ts';

/** One stage over one load. */
export interface CostLine {
  readonly window: string;
  readonly keys: number;
  readonly batch: number;
  readonly cost: Cost;
}

/** The page that is kept in docs/. */
export function costsPage(lines: readonly CostLine[], minutes: number, date: Date): string {
  return `${[
    '# What state costs',
    '',
    'Written by `npm run costs`; do not edit. Units of DynamoDB per event, counted from the requests that the real writer and the real firing',
    'made to the emulator: a write unit for each started 1 KB of an item, a read unit for each started 4 KB of a consistent read (a write unit',
    'costs as much as five read units). The stage is that of the sample (`device-traffic`) with other windows, 10 s out of order, a minute of',
    'allowed lateness; 1,000 events a second of evenly chosen keys, 5% of them behind by up to 9.5 s, on one shard.',
    '',
    `- Date: ${date.toISOString().slice(0, 10)}`,
    '- Command: `npm run costs`',
    `- Event time: ${minutes} minutes, from five minutes before an hour: of longer windows the firings within it count`,
    '',
    '## Writes per event',
    '',
    'Beside what two usual ways of keeping windows would take for the same batches, with an item per key and window: a conditional write per event',
    'and window, and one per key, window and batch. Neither of these detects a duplicate event; Millrace does. Firings of sessions include what they carry on.',
    '',
    '| windows | keys | events per batch | commits | heads, clock | firings | compaction | **all** | item per key: each event | each batch |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...lines.map(writesRow),
    '',
    'A commit holds slices, not windows: an event that is in five windows, or in sixty, is written once. What overlaps cost is compaction, which is',
    'done only where the reads that it spares are worth more.',
    '',
    '## Reads per event',
    '',
    'By firings, on time and once more when a window closes. The other column is reading the items of each window once.',
    '',
    '| windows | keys | events per batch | firings | time | commits | ledger | compacted slices | **all** | item per key |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...lines.map(readsRow),
  ].join('\n')}\n`;
}

function writesRow({ window, keys, batch, cost }: CostLine): string {
  const { writes, naive, events } = cost;
  const { commits, heads, firings, compaction } = writes;
  const all = commits + heads + firings + compaction;
  return row(window, keys, batch, [
    ...[commits, heads, firings, compaction].map((units) => perEvent(units, events)),
    `**${perEvent(all, events)}**`,
    perEvent(naive.perEvent, events),
    perEvent(naive.perKey, events),
  ]);
}

function readsRow({ window, keys, batch, cost }: CostLine): string {
  const { reads, naive, events, firings } = cost;
  const { time, commits, firings: ledger, compaction } = reads;
  const all = time + commits + ledger + compaction;
  return row(window, keys, batch, [
    String(firings),
    ...[time, commits, ledger, compaction].map((units) => perEvent(units, events)),
    `**${perEvent(all, events)}**`,
    perEvent(naive.reads, events),
  ]);
}

const row = (window: string, keys: number, batch: number, cells: readonly string[]): string =>
  `| ${[window, keys.toLocaleString('en-US'), batch.toLocaleString('en-US'), ...cells].join(' | ')} |`;

const perEvent = (units: number, events: number): string => {
  const value = units / events;
  return value >= 0.1 ? value.toFixed(2) : value.toFixed(5);
};
