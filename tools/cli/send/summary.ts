import type { Refusal } from './items.ts';
import type { Progress } from './send.ts';

/** How sending went. */
export interface Summary extends Progress {
  /** The first refused lines. */
  readonly first: readonly Refusal[];
  /** Why sending ended early. */
  readonly failure: string | undefined;
  readonly seconds: number;
  /** Where all refused lines were written. */
  readonly rejectedFile: string | undefined;
}

/** The summary as text, one fact a line. */
export function summarize(summary: Summary): string {
  const { accepted, rejected, retried, first, failure, seconds, rejectedFile } = summary;
  const perSecond = Math.round((accepted + rejected) / Math.max(seconds, 0.001));
  const lines = [
    `accepted ${number(accepted)}`,
    `rejected ${number(rejected)}${rejected > 0 && rejectedFile ? ` (written to ${rejectedFile})` : ''}`,
    ...first.map(({ line, reason }) => `  line ${line}: ${reason}`),
    ...(rejected > first.length ? [`  and ${number(rejected - first.length)} more`] : []),
    `retried  ${number(retried)} ${retried === 1 ? 'request' : 'requests'}`,
    `in ${seconds.toFixed(1)} s, ${number(perSecond)} events/s`,
  ];
  if (failure !== undefined) {
    lines.push(`failed: ${failure}`);
    lines.push(
      'Sending the file again is safe: what is already stored keeps its ids and is not counted twice.',
    );
  }
  return `${lines.join('\n')}\n`;
}

const number = (value: number): string => value.toLocaleString('en');
