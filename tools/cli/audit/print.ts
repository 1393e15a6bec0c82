import type { Report } from '../../../shared/audit/judge.ts';
import type { Value } from '../query/answer.ts';
import { type Format, formatAnswer } from '../query/format.ts';

const COLUMNS = ['start', 'end', 'key', 'difference', 'value', 'expected', 'emitted', 'revision'];

/** A report as text: as JSON one object, otherwise the differences as rows and a sentence. */
export function printReport(stage: string, report: Report, format: Format): string {
  const iso = (time: number): string => new Date(time).toISOString();
  const differences = report.differences.map(({ start, end, ...rest }) => ({
    start: iso(start),
    end: iso(end),
    ...rest,
  }));
  if (format === 'json') return JSON.stringify({ stage, ...report, differences }, undefined, 2);
  const rows = differences.map((one): Value[] => [
    one.start,
    one.end,
    one.key,
    one.kind,
    one.value,
    (one.expected ?? null) as Value,
    (one.emitted ?? null) as Value,
    one.revision,
  ]);
  if (format === 'csv') return formatAnswer({ columns: COLUMNS, rows }, format);
  const table = rows.length === 0 ? [] : [formatAnswer({ columns: COLUMNS, rows }, format)];
  return [...table, summary(stage, report)].join('\n\n');
}

function summary(
  stage: string,
  { compared, equal, open, openEqual, differing, differences }: Report,
): string {
  const verdict = differing === 0 ? 'all as the lake has them' : `${compared - equal} differ`;
  const cut =
    differing > differences.length ? `, ${differences.length} of ${differing} differences shown` : '';
  const pending =
    open === 0 ? '' : `; ${open} not final yet, ${openEqual} of them as the lake has them so far`;
  return `${stage}: ${compared} final results compared, ${verdict}${cut}${pending}`;
}
