import type { Condition } from './condition.ts';
import type { FilterStage } from './filter-stage.ts';
import { describeInput, formula, table } from './markdown.ts';

/** A filter stage as a section of the page of its pipeline. */
export function describeFilter({
  name,
  description,
  from,
  where,
  map,
  output,
  records,
}: FilterStage): string {
  return [
    `## Filter \`${name}\``,
    `${description}. Its events go to a stream of its own.`,
    table(
      ['what', 'how'],
      [
        ['reads', describeInput(from)],
        [
          'lets pass',
          typeof where === 'object' ? describeCondition(where) : where ? 'what its function says' : 'all',
        ],
        ['makes', map === undefined ? 'nothing new: events pass as they are' : `\`${output.name}\``],
        ['records', records === 'packed' ? 'as many events as fit' : 'one CloudEvents event each'],
      ],
    ),
    ...(map === undefined
      ? []
      : [
          typeof map === 'object'
            ? table(
                ['new field', 'is'],
                Object.entries(map).map(([field, of]) => [`\`${field}\``, formula(of)]),
              )
            : 'The new data is made by its function.',
        ]),
  ].join('\n\n');
}

/** A condition in words. */
export function describeCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'compare':
      return `${formula(condition.of)} ${condition.op} ${condition.limit}`;
    case 'oneOf':
      return `\`${condition.field}\` is ${condition.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'isPresent':
      return `\`${condition.field}\` is present`;
    case 'not':
      return `not (${describeCondition(condition.of)})`;
    case 'allOf':
    case 'anyOf':
      return condition.of
        .map((part) =>
          'of' in part && Array.isArray(part.of) ? `(${describeCondition(part)})` : describeCondition(part),
        )
        .join(condition.kind === 'allOf' ? ' and ' : ' or ');
  }
}
