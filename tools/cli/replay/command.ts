import { type Command, InvalidArgumentError } from 'commander';
import { pipelines } from '../../../shared/pipelines/index.ts';
import { DEFAULT_DATA_DIR } from '../../local/data-dir.ts';
import { findStage } from '../audit/find-stage.ts';
import { parseTimeOption } from '../time-option.ts';
import { showReplay } from './progress.ts';

const BROKEN_OFF = 1;
const FAILED = 2;

interface Options {
  readonly stage: string;
  readonly from: number;
  readonly to?: number;
  readonly rate: number;
  readonly dryRun?: boolean;
  readonly live: boolean;
  readonly data: string;
  readonly env?: string;
  readonly prefix: string;
  readonly retentionHours: number;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('use a number above 0');
  return value;
}

/** Adds `millrace replay` to the program. */
export function addReplayCommand(program: Command): void {
  program
    .command('replay')
    .description(
      'Takes what has landed in the lake through a new window stage, which then goes on with live events',
    )
    .requiredOption('--stage <name>', 'the window stage, declared with awaitsReplay')
    .requiredOption(
      '--from <time>',
      'what arrived at or after this: ISO 8601 or epoch milliseconds',
      parseTimeOption,
    )
    .option('--to <time>', 'what arrived before this; by default all', parseTimeOption)
    .option('--rate <events>', 'events per second', positive, Number.POSITIVE_INFINITY)
    .option('--dry-run', 'read and count, and change nothing')
    .option('--no-live', 'let no live events in at the end: a later range is to be replayed first')
    .option('--data <folder>', 'data folder of the local run, which must be up', DEFAULT_DATA_DIR)
    .option('--env <name>', 'replay in a deployment to AWS, with the credentials of the environment')
    .option('--prefix <prefix>', "prefix of the deployment's stacks", 'millrace')
    .option('--retention-hours <hours>', 'how long the streams keep records', positive, 24)
    .action(async (options: Options) => {
      try {
        process.exitCode = await run(options);
      } catch (error) {
        console.error(error instanceof Error ? error.message : String(error));
        process.exitCode = FAILED;
      }
    });
}

async function run(options: Options): Promise<number> {
  const { pipeline, stage } = findStage(pipelines, options.stage);
  const [{ runReplay }, { deployedResources, localResources }] = await Promise.all([
    import('./run.ts'),
    import('./resources.ts'),
  ]);
  const resources =
    options.env === undefined
      ? localResources(options.data, pipeline, stage)
      : await deployedResources({ prefix: options.prefix, environment: options.env }, pipeline, stage);
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once('SIGINT', stop);
  const view = showReplay();
  try {
    const { events, results, complete } = await runReplay(resources, {
      pipeline,
      stage,
      from: options.from,
      to: options.to ?? Date.now(),
      rate: options.rate,
      retentionHours: options.retentionHours,
      dryRun: options.dryRun ?? false,
      goLive: options.live,
      signal: controller.signal,
      ...view,
    });
    view.stop();
    const counted = `${events.toLocaleString('en')} events`;
    if (options.dryRun === true) console.log(`${stage.name}: ${counted} would be replayed`);
    else if (complete) {
      const emitted = `${results.toLocaleString('en')} results emitted`;
      const then = options.live ? 'live events follow' : 'live events still wait';
      console.log(`${stage.name}: ${counted} replayed, ${emitted}; ${then}`);
    } else {
      console.log(`${stage.name}: broken off after ${counted}; run it again with the same --from to go on`);
    }
    return complete ? 0 : BROKEN_OFF;
  } finally {
    view.stop();
    process.off('SIGINT', stop);
  }
}
