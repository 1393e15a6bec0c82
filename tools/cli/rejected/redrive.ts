import { type KnownTypes, knownTypes } from '../../../shared/events/known-types.ts';
import type { RejectedItem } from '../../../shared/lake/rejected/item.ts';
import { LateCounter } from '../../../shared/lake/rejected/lateness.ts';
import { type RedriveProgress, redrive } from '../../../shared/lake/rejected/redrive.ts';
import type { RejectedStore } from '../../../shared/lake/rejected/store.ts';
import { pipelines } from '../../../shared/pipelines/index.ts';
import { StageClock } from '../../../shared/state/clock.ts';
import { StageTable } from '../../../shared/state/stage-table.ts';
import { putOrdered } from '../../../shared/streams/put.ts';
import { listShards } from '../../../shared/streams/shards.ts';
import { Pacer } from '../send/pacer.ts';
import type { SelectOptions } from './options.ts';
import { mapFromModule, type Patch, patchFromFile } from './patch.ts';
import type { Place } from './place.ts';

export interface RedriveOptions extends SelectOptions {
  readonly map?: string;
  readonly patch?: string;
  readonly rate?: number;
  readonly lanes?: number;
  readonly dryRun?: boolean;
  readonly again?: boolean;
}

/** All event types of all pipelines. */
export const allTypes = (): KnownTypes => knownTypes(pipelines.flatMap(({ types }) => types));

/** Puts the items that are meant back into their streams and says what became of them. */
export async function redriveRejected(
  place: Place,
  store: RejectedStore,
  names: readonly string[],
  options: RedriveOptions,
): Promise<RedriveProgress> {
  const types = allTypes();
  const before = options.again === true ? new Map<string, string>() : await store.redriven(options);
  const wanted = (names.length > 0 ? names : await store.names(options)).filter((name) => !before.has(name));
  const late = new LateCounter(pipelines, await watermarks(place));
  const pacer = new Pacer(options.rate ?? Number.POSITIVE_INFINITY);
  const show = progressLine(wanted.length);
  const progress = await redrive(
    {
      store,
      types,
      lanesOf: (item) => options.lanes ?? lanesOf(item),
      listShards: (stream) => listShards(place.kinesis, stream),
      put: (stream, records) => putOrdered(place.kinesis, stream, records, { budget: 60_000 }),
      pace: (count) => pacer.wait(count),
      patch: await patchOf(options),
      onItem: (_, events) => events.forEach((event) => void late.add(event)),
      onProgress: show,
      now: Date.now,
      dryRun: options.dryRun === true,
    },
    store.items(options, types, wanted),
  );
  for (const { stage, events, late: count } of late.late) {
    console.error(
      `too late for the windows of ${stage}: ${count} of ${events} events; they are in the lake and in the late output, its results stay as they are`,
    );
  }
  if (place.stateTable === undefined)
    console.error('without --state-table nobody can say which events are too late');
  return progress;
}

function patchOf({ map, patch }: RedriveOptions): Promise<Patch> | Patch {
  if (map !== undefined && patch !== undefined) throw new RangeError('give --map or --patch, not both');
  if (map !== undefined) return mapFromModule(map);
  return patch === undefined ? ({ bytes }) => bytes : patchFromFile(patch);
}

/** @throws RangeError when only the user can know */
function lanesOf({ stage, stream }: RejectedItem): number {
  const own = pipelines.find(({ stages }) => stages.some(({ name }) => name === stage));
  if (own !== undefined) return own.lanes;
  const [lanes, ...others] = new Set(pipelines.map((pipeline) => pipeline.lanes));
  if (lanes === undefined || others.length > 0) {
    throw new RangeError(`pipelines differ in their lanes: say with --lanes how many ${stream} has`);
  }
  return lanes;
}

/** Reads the time of every window stage once. */
async function watermarks({ dynamodb, stateTable }: Place): Promise<(stage: string) => number | undefined> {
  const found = new Map<string, number>();
  if (stateTable !== undefined) {
    const stages = pipelines.flatMap((pipeline) => pipeline.stages).filter(({ kind }) => kind === 'window');
    for (const { name } of stages) {
      const clock = await new StageClock(new StageTable(dynamodb, stateTable, name)).read();
      if (clock !== undefined) found.set(name, clock.watermark);
    }
  }
  return (stage) => found.get(stage);
}

function progressLine(total: number): ((progress: RedriveProgress) => void) | undefined {
  if (!process.stderr.isTTY) return undefined;
  return ({ done, same, leftOut, failed }) =>
    process.stderr.write(`\r\x1b[K${done + same + leftOut + failed} of at most ${total}`);
}
