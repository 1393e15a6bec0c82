import { type Command, Option } from 'commander';
import { DEFAULT_DATA_DIR } from '../local/data-dir.ts';

/** Which Millrace a command works with. */
export interface PlaceOptions {
  /** Folder of a local run. */
  readonly data: string;
  /** Environment of a deployment; undefined for a local run, unless the shell leads to an emulator. */
  readonly env?: string | undefined;
  readonly prefix: string;
}

/** Adds the options that say which Millrace is meant. */
export function addPlaceOptions(command: Command): Command {
  return command
    .option('--data <folder>', 'data folder of the local run', DEFAULT_DATA_DIR)
    .addOption(
      new Option(
        '--env <name>',
        'environment of a deployment, on AWS or where AWS_ENDPOINT_URL points (default: the local run; dev where that is set)',
      ),
    )
    .option('--prefix <prefix>', "first part of a deployment's names", 'millrace');
}
