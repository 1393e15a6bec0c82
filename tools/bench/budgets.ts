import type { StartupResult } from './startup.ts';
import type { CaseResult } from './suite.ts';

/** One line of the comparison with design section 11. */
export interface BudgetLine {
  readonly what: string;
  readonly budget: string;
  readonly measured: string;
  readonly kept: boolean;
}

export interface Measurements {
  readonly cases: readonly CaseResult[];
  readonly startups: readonly StartupResult[];
}

const MB = 2 ** 20;

/** The budgets of design section 11 that this bench measures, each with what was measured. */
export function compareBudgets({ cases, startups }: Measurements): BudgetLine[] {
  return [...cases.flatMap(linesOf), ...startupLines(startups)];
}

function linesOf(result: CaseResult): BudgetLine[] {
  switch (result.kind) {
    case 'throughput':
      return throughputLines(result);
    case 'firing': {
      const perSecond = (result.keys * result.commitsPerKey) / (result.mergeMs / 1000);
      const seconds = (result.mergeMs + result.resultsMs) / 1000;
      const held = result.heldBytes / MB;
      const keys = count(result.keys);
      return [
        line(
          'firing: keys merged per second',
          'over 400,000',
          count(Math.round(perSecond)),
          perSecond > 400_000,
        ),
        line(`firing ${keys} keys with result JSON`, 'under 2.5 s', `${seconds.toFixed(2)} s`, seconds < 2.5),
        line(`memory of a merge of ${keys} keys`, 'under 200 MB', `${held.toFixed(0)} MB`, held < 200),
      ];
    }
    case 'memory': {
      const { keys, slices, firstBytes, lastBytes } = result;
      const held = lastBytes / MB;
      const growth = lastBytes / firstBytes - 1;
      return [
        line(
          `memory of a window function, ${count(keys)} keys, ${slices} open slices`,
          'under 256 MB',
          `${held.toFixed(0)} MB`,
          held < 256,
        ),
        line('its growth while as many slices again open and close', 'flat', percent(growth), growth < 0.1),
      ];
    }
    // The design sets no budgets for these.
    case 'ingest':
    case 'packing':
      return [];
  }
}

function throughputLines(result: Extract<CaseResult, { kind: 'throughput' }>): BudgetLine[] {
  const { keys, events, rows } = result;
  const many = keys > 10_000;
  const least = many ? 0.6 : events >= 10_000 ? 0.8 : 0.7;
  const units = many ? 0.025 : events >= 10_000 ? 0.01 : 0.02;
  return rows.flatMap(({ stage, format, ofFloor, writeUnitsPerEvent }) => {
    const where = `${stage}, ${count(keys)} keys, batches of ${count(events)}, ${format}`;
    const compact = format === 'compact';
    const wanted = compact ? 1.2 : least;
    // What the compact format gains is promised for the usual case only.
    const speed =
      compact && (many || events < 10_000)
        ? []
        : [line(`throughput: ${where}`, `${wanted} of the floor`, ofFloor.toFixed(2), ofFloor >= wanted)];
    return compact
      ? speed
      : [
          ...speed,
          line(
            `write units per event: ${where}`,
            `${units}`,
            writeUnitsPerEvent.toFixed(4),
            writeUnitsPerEvent <= units,
          ),
        ];
  });
}

/** Functions that talk to DynamoDB alone must start faster than those with more clients. */
const DYNAMODB_ONLY: readonly string[] = ['query'];

const startupLines = (startups: readonly StartupResult[]): BudgetLine[] =>
  startups.map(({ function: name, ms, bytes }) => {
    const most = DYNAMODB_ONLY.includes(name) ? 60 : 110;
    return line(
      `start of ${name} (${Math.round(bytes / 1024)} KB)`,
      `under ${most} ms`,
      `${ms.toFixed(0)} ms`,
      ms < most,
    );
  });

const line = (what: string, budget: string, measured: string, kept: boolean): BudgetLine => ({
  what,
  budget,
  measured,
  kept,
});

const percent = (part: number): string => `${part >= 0 ? '+' : ''}${(part * 100).toFixed(0)}%`;

/** 1000000 as 1,000,000. */
export const count = (number: number): string => number.toLocaleString('en-US');
