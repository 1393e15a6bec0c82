import type { Expression } from './expression.ts';
import type { StageInput } from './stage-input.ts';

/** A table of Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** An expression as people write it. */
export function formula(expression: Expression): string {
  if (typeof expression === 'string') return `\`${expression}\``;
  if (typeof expression === 'number') return String(expression);
  return `(${formula(expression.left)} ${expression.op} ${formula(expression.right)})`;
}

/** Where a stage reads from, in words. */
export function describeInput(from: StageInput): string {
  switch (from.kind) {
    case 'type':
      return `\`${from.name}\``;
    case 'filter':
      return `the events of \`${from.name}\``;
    case 'window':
      return `the final results of \`${from.name}\``;
  }
}
