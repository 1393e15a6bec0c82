import { describeAggregate } from './describe-aggregate.ts';
import { describeAlert } from './describe-alert.ts';
import { describeFilter } from './describe-filter.ts';
import { formatDuration } from './duration.ts';
import { describeEmission } from './emission.ts';
import type { EventType } from './event-type.ts';
import { fieldOf, jsonSchemaOf } from './fields.ts';
import { describeInput, table } from './markdown.ts';
import { personalFields } from './personal.ts';
import type { Pipeline } from './pipeline.ts';
import type { Stage, WindowStage } from './stage.ts';
import { describeWindow } from './window-times.ts';

/** A pipeline as a page of Markdown: what it takes, what it computes, what comes out where. */
export function describePipeline(pipeline: Pipeline): string {
  return [
    `# ${pipeline.name}`,
    `${pipeline.description}.`,
    ...pipeline.types.map(describeType),
    ...pipeline.stages.map(describeStage),
  ].join('\n\n');
}

function describeStage(stage: Stage): string {
  switch (stage.kind) {
    case 'window':
      return describeWindowStage(stage);
    case 'filter':
      return describeFilter(stage);
    case 'alert':
      return describeAlert(stage);
  }
}

function describeType(type: EventType): string {
  const names = Object.keys(jsonSchemaOf(type).properties ?? {});
  return [
    `## Event type \`${type.name}\``,
    `${type.description}. Posted to \`/v1/events/${type.name}\`.`,
    table(
      ['field', 'holds', 'required', 'role'],
      names.map((name) => {
        const field = fieldOf(type, name);
        return [
          `\`${name}\``,
          field?.types.join(' or ') ?? '',
          field?.nullable ? '' : 'yes',
          roleOf(type, name),
        ];
      }),
    ),
    `An event whose time lies more than ${formatDuration(type.maxAhead)} ahead of its arrival is refused by ingestion, and set aside where it comes another way.`,
  ].join('\n\n');
}

function roleOf(type: EventType, field: string): string {
  const roles = { [type.time]: 'event time', [type.key]: 'partition key', [type.id ?? '']: 'event id' };
  const handling = personalFields(type)
    .filter(({ path }) => path[0] === field)
    .map(({ path, handling }) => {
      const does = handling === 'drop' ? 'dropped' : 'under a pseudonym';
      return path.length === 1 ? does : `${path.join('.')} ${does}`;
    });
  return [roles[field] ?? [], ...handling].flat().join(', ');
}

function describeWindowStage(stage: WindowStage): string {
  return [
    `## Stage \`${stage.name}\``,
    `${stage.description}. ${
      stage.materialize
        ? `Results at \`/v1/windows/${stage.name}\``
        : 'Its results are in the results stream alone'
    }.`,
    table(
      ['what', 'how'],
      [
        ['reads', describeInput(stage.from)],
        ['key', typeof stage.key === 'string' ? `\`${stage.key}\`` : 'none: all events together, as `all`'],
        ['window', describeWindow(stage.window)],
        ['out-of-orderness bound', formatDuration(stage.outOfOrderness)],
        ['allowed lateness', formatDuration(stage.allowedLateness)],
        ['emitted', describeEmission(stage.emit)],
      ],
    ),
    table(
      ['value', 'is'],
      Object.entries(stage.values).map(([name, aggregate]) => [`\`${name}\``, describeAggregate(aggregate)]),
    ),
  ].join('\n\n');
}
