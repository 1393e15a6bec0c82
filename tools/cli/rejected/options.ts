import { type Command, InvalidArgumentError, Option } from 'commander';
import type { RejectedFilter } from '../../../shared/lake/rejected/filter.ts';
import { DEFAULT_DATA_DIR } from '../../local/data-dir.ts';
import type { PlaceOptions } from './place.ts';

/** Options that say which items are meant, and where they are. */
export interface SelectOptions extends RejectedFilter, PlaceOptions {}

/** Adds what says where a deployment is. */
export const withPlace = (command: Command): Command =>
  command
    .option('--data <folder>', 'data folder of the local run', DEFAULT_DATA_DIR)
    .addOption(
      new Option('--bucket <name>', "bucket of a deployment's lake, in place of a local run").env(
        'LAKE_BUCKET',
      ),
    )
    .addOption(
      new Option(
        '--state-table <name>',
        "with --bucket: the deployment's state table, to tell what is late",
      ).env('STATE_TABLE'),
    )
    .option('--endpoint <url>', 'with --bucket: an endpoint in place of that of AWS');

/** Adds what says which items are meant. */
export const withFilter = (command: Command): Command =>
  command
    .option('--stage <stage>', 'set aside by this stage; landing is "lake", the results table "materialize"')
    .option('--code <code>', 'with this code, such as "undecodable" or "invalid"')
    .option('--reason <text>', 'with this text in the reason')
    .option('--type <type>', 'events of this type')
    .option('--from <time>', 'arrived at this time or later, ISO 8601', time)
    .option('--to <time>', 'arrived before this time', time);

export function time(text: string): number {
  const value = Date.parse(text);
  if (Number.isNaN(value)) throw new InvalidArgumentError('use a time such as 2026-03-09T07:00:00Z');
  return value;
}

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('use a number greater than 0');
  return value;
}
