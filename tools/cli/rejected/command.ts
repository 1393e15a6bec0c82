import { type Command, Option } from 'commander';
import { RejectedStore } from '../../../shared/lake/rejected/store.ts';
import { LIST_FORMATS, type ListOptions, listRejected, patchLine } from './list.ts';
import { positive, type SelectOptions, withFilter, withPlace } from './options.ts';
import { openPlace, type Place, type PlaceOptions } from './place.ts';
import { allTypes, type RedriveOptions, redriveRejected } from './redrive.ts';

const SOME_FAILED = 1;
const FAILED = 2;

/** Adds `millrace rejected` to the program. */
export function addRejectedCommand(program: Command): void {
  const rejected = program
    .command('rejected')
    .description('Lists what could not be processed, shows it, and puts it back into its stream');
  addList(rejected);
  addShow(rejected);
  addRedrive(rejected);
}

function addList(rejected: Command): void {
  withPlace(
    withFilter(rejected.command('list').description('list what was set aside, in the order of its stream')),
  )
    .addOption(
      new Option('--state <state>', 'by whether it was put back')
        .choices(['pending', 'redriven', 'all'])
        .default('pending'),
    )
    .addOption(
      new Option('--format <format>', 'how it is printed; ndjson is what "redrive --patch" takes')
        .choices(LIST_FORMATS)
        .default('table'),
    )
    .option('--limit <items>', 'print so many at most', positive, 1_000)
    .action((options: SelectOptions & ListOptions) =>
      run(options, (_, store) => listRejected(store, allTypes(), options, options)),
    );
}

function addShow(rejected: Command): void {
  withPlace(rejected.command('show').description('show all of one item, and when it was put back'))
    .argument('<name>', 'as "list" prints it')
    .option('--bytes', 'its original bytes and nothing else')
    .action((name: string, options: PlaceOptions & { readonly bytes?: boolean }) =>
      run(options, async (_, store) => {
        const item = await store.item(name);
        if (options.bytes === true) {
          process.stdout.write(item.bytes);
          return;
        }
        const { bytes, arrival, ...place } = item;
        const shown = {
          ...place,
          arrival: new Date(arrival).toISOString(),
          size: bytes.length,
          ...patchLine(item),
          redriven: await store.history(name),
        };
        console.log(JSON.stringify(shown, null, 2));
      }),
    );
}

function addRedrive(rejected: Command): void {
  withPlace(
    withFilter(rejected.command('redrive').description('put what was set aside back into its stream, once')),
  )
    .argument('[names...]', 'as "list" prints them; without any, all that the filter means')
    .option('--dry-run', 'only say what would be put back')
    .option('--rate <items>', 'put back so many a second', positive)
    .option('--map <module>', 'a module whose default export makes of each item what is put back, or nothing')
    .option('--patch <file>', 'lines as "list --format ndjson" prints them, mended: these are put back')
    .option('--lanes <lanes>', 'lanes of the stream, where pipelines differ', positive)
    .option('--again', 'also what was put back before')
    .action((names: string[], options: RedriveOptions) =>
      run(options, async (place, store) => {
        const { done, same, leftOut, failed, failure } = await redriveRejected(place, store, names, options);
        if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
        const verb = options.dryRun === true ? 'would put back' : 'put back';
        const also = [
          ...(same > 0 ? [`${same} set aside by another stage as well`] : []),
          ...(leftOut > 0 ? [`${leftOut} left out`] : []),
          ...(failed > 0 ? [`${failed} failed: ${failure}`] : []),
        ];
        console.log([`${verb} ${done}`, ...also].join('; '));
        if (failed > 0) process.exitCode = SOME_FAILED;
      }),
    );
}

async function run(
  options: PlaceOptions,
  work: (place: Place, store: RejectedStore) => Promise<void>,
): Promise<void> {
  try {
    const place = await openPlace(options);
    await work(place, new RejectedStore(place.s3, place.bucket));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = FAILED;
  }
}
