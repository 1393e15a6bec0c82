import type { AlertStage } from './alert-stage.ts';
import { describeCondition } from './describe-filter.ts';
import { formatDuration } from './duration.ts';
import { describeInput, table } from './markdown.ts';

/** An alert stage as a section of the page of its pipeline. */
export function describeAlert(stage: AlertStage): string {
  const { name, description, from, when, message, key, quiet, finalOnly } = stage;
  const anyResult = from.kind === 'window' && !finalOnly;
  return [
    `## Alert \`${name}\``,
    `${description}. Published to the topic for alerts.`,
    table(
      ['what', 'how'],
      [
        ['reads', anyResult ? `the results of \`${from.name}\`` : describeInput(from)],
        ['key', key === undefined ? 'that of its input' : `\`${key}\``],
        [
          'when',
          typeof when === 'object' ? describeCondition(when) : when ? 'its function says so' : 'always',
        ],
        ['says', typeof message === 'string' ? message : 'what its function makes of it'],
        ['then quiet for', formatDuration(quiet)],
      ],
    ),
  ].join('\n\n');
}
