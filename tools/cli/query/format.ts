import type { Answer, Value } from './answer.ts';

/** How an answer is printed. */
export const FORMATS = ['table', 'csv', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/** An answer as text, without a line break at its end. */
export function formatAnswer(answer: Answer, format: Format): string {
  switch (format) {
    case 'table':
      return table(answer);
    case 'csv':
      return csv(answer);
    case 'json':
      return json(answer);
  }
}

/** An array of objects, one per line. */
function json({ columns, rows }: Answer): string {
  if (rows.length === 0) return '[]';
  const objects = rows.map((row) =>
    JSON.stringify(Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null]))),
  );
  return `[\n${objects.join(',\n')}\n]`;
}

/** RFC 4180, with a header. Null is an empty field, an empty text a quoted one. */
function csv({ columns, rows }: Answer): string {
  const field = (value: Value): string => {
    if (value === null) return '';
    const text = plainText(value);
    return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => row.map(field).join(',')).join('\n');
}

/** Columns side by side, numbers to the right. */
function table({ columns, rows }: Answer): string {
  const cells = rows.map((row) => row.map((value) => (value === null ? 'NULL' : plainText(value))));
  const widths = columns.map((name, at) =>
    Math.max(name.length, ...cells.map((row) => row[at]?.length ?? 0)),
  );
  const isNumeric = columns.map((_, at) => rows.some((row) => typeof row[at] === 'number'));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, at) => (isNumeric[at] ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  const count = `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`;
  return [line(columns), rule, ...cells.map(line), count].join('\n');
}

const plainText = (value: Value): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
