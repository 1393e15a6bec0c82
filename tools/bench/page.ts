/** A part of the page, under a heading of its own. */
export interface Section {
  readonly title: string;
  readonly text: string;
}

const INTRODUCTION = `# Benchmarks

Written by \`npm run bench\`; do not edit. The budgets are those of the design; figures are medians of interleaved rounds, ratios are
medians of the ratios within a round. Each section says when and on what it was measured: \`npm run bench -- ingest\` measures one part again
and leaves the others. See \`tools/bench/\` for what exactly is measured. The [lake](benchmarks-lake.md) and the [functions'
size and start](benchmarks-functions.md) have pages of their own.`;

const ROW = /^\| (?!what |---)(.+?) \|/;

/**
 * The page with sections replaced by new ones of the same title, new ones at its end. Of the section "Budgets" single rows are replaced,
 * those that measure the same.
 *
 * @param page - as it was; empty where there is none
 */
export function renewPage(page: string, sections: readonly Section[]): string {
  const old = new Map<string, string>();
  for (const part of page.split(/^## /m).slice(1)) {
    const end = part.indexOf('\n');
    old.set(part.slice(0, end), part.slice(end).trim());
  }
  for (const { title, text } of sections) {
    const before = old.get(title);
    old.set(title, title === 'Budgets' && before !== undefined ? withRows(before, text) : text.trim());
  }
  return `${[INTRODUCTION, ...[...old].map(([title, text]) => `## ${title}\n\n${text}`)].join('\n\n')}\n`;
}

/** A table in which rows with the first cell of a new one are replaced, and others added at its end. */
function withRows(before: string, after: string): string {
  const fresh = new Map<string, string>();
  for (const row of after.split('\n')) {
    const [, what] = ROW.exec(row) ?? [];
    if (what !== undefined) fresh.set(what, row);
  }
  const kept = before.split('\n').map((row) => {
    const [, what = ''] = ROW.exec(row) ?? [];
    const renewed = fresh.get(what);
    fresh.delete(what);
    return renewed ?? row;
  });
  return [...kept, ...fresh.values()].join('\n');
}
