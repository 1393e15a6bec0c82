import type { StageInput, WindowStage } from '../pipeline/index.ts';
import { concernsReaderOf } from '../results/stage-reader.ts';
import { silenceTime, watermarkOf } from '../windows/watermark.ts';
import type { Clock } from './clock.ts';
import { dueWindows } from './due.ts';
import type { Head, Heads } from './heads.ts';
import { holding, type SourceShard, sourceShards } from './source.ts';
import type { StageContext } from './stage-context.ts';
import { readStageView } from './stage-view.ts';
import { type StreamLook, sweepShards } from './sweep-shards.ts';

/** What a sweep looks into to find out what time it is. */
export interface TimeInputs {
  /** The stream that a window or filter stage reads. */
  inputOf(stage: string): StreamLook;
  /** Another window stage, whose results the swept one reads. */
  contextOf(stage: string): StageContext;
}

/** What time it is for a stage. */
export interface SweptTime {
  /** The shards that hold it. */
  readonly active: readonly SourceShard[];
  /** Absent while something may still come. */
  readonly silence: Silence | undefined;
  /** The wall clock when the sweep began to look into streams, epoch milliseconds. */
  readonly at: number;
}

/** Moves the time of a stage to where its shards, those that are idle left out, or its silence have it. */
export async function sweepTime(context: StageContext, inputs: TimeInputs): Promise<SweptTime> {
  const { shards, all, clock, at } = await sweepSource(context, inputs);
  const active = shards.filter(({ quiet }) => !quiet);
  const { stage } = context.compiled;
  const silent = active.length === 0 && (await isAtRest(windowBefore(stage.from), inputs));
  const silence = silent ? silenceOf(all, stage.outOfOrderness, at) : undefined;
  // When all are quiet none may run ahead: what paused may go on where it stopped.
  const counted = active.length > 0 ? active : shards.filter((shard) => Number.isFinite(shard.maxEventTime));
  await moveClock(context, counted, silence, clock);
  return { active, silence, at };
}

/** The window stage whose results a stage reads, perhaps through filters. */
function windowBefore(from: StageInput): WindowStage | undefined {
  if (from.kind === 'window') return from;
  return from.kind === 'filter' ? windowBefore(from.from) : undefined;
}

/** Whether no results come of a window stage before it has new events: all is silent before it, and what is due has fired. */
async function isAtRest(before: WindowStage | undefined, inputs: TimeInputs): Promise<boolean> {
  if (before === undefined) return true;
  const context = inputs.contextOf(before.name);
  const { silence } = await sweepTime(context, inputs);
  const view = await readStageView(context);
  if (silence === undefined || view === undefined) return false;
  const underWay = [...view.firings.values()].some((firing) => firing.state === 'claimed' && firing.final);
  return !underWay && dueWindows(context, view, context.now()).every(({ closing }) => !closing);
}

interface SweptShard extends SourceShard {
  /** Nothing is left that could come from it: it may be left out. */
  readonly quiet: boolean;
}

/** What a sweep knows of the shards by which a stage tells the time. */
interface SweptSource {
  /** Those that may hold it. */
  readonly shards: readonly SweptShard[];
  /** The heads of all of them and the stage's own, retired ones included. */
  readonly all: readonly Head[];
  readonly clock: Clock | undefined;
  /** The wall clock when that began. */
  readonly at: number;
}

/** Sweeps the shards of a stage's input and, where filters lie between, of its source; then starts the clock if it was not. */
async function sweepSource(context: StageContext, inputs: TimeInputs): Promise<SweptSource> {
  const { filters, now } = context;
  const sweep = (heads: Heads, name: string, from: StageInput) =>
    sweepShards(heads, inputs.inputOf(name), concernsReaderOf(from), now);
  const first = filters.at(-1);
  // The source first: what it is found to have put by then is looked for in what the stage has consumed.
  const source = first && (await sweep(first.heads, first.name, first.from));
  const between = await Promise.all(
    filters.slice(0, -1).map(async ({ heads }) => (await heads.read()).heads),
  );
  const own = await sweep(context.heads, context.name, context.compiled.stage.from);
  // Time is not known before all shards are known.
  if (own.clock === undefined) await context.clock.start();
  const { idle, retired, at } = source ?? own;
  const shards = sourceShards(own.heads, source ? [...between, source.heads] : []);
  return {
    shards: holding(shards).map((shard) => ({
      ...shard,
      // A shard that has ended holds time like any other until its children hold it instead.
      quiet: shard.seen && (idle.has(shard.head.shard) || retired.has(shard.head.shard)),
    })),
    all: source ? [...source.heads, ...own.heads] : own.heads,
    clock: own.clock,
    at,
  };
}

/** While nothing arrives for the stage, event time goes on at the speed of the wall clock from the last event seen. */
interface Silence {
  readonly time: number;
  readonly since: number;
}

/** Retired shards count: after a split it may have been the parent that saw the last event. */
function silenceOf(heads: readonly Head[], outOfOrderness: number, now: number): Silence | undefined {
  const seen = heads.filter((head) => Number.isFinite(head.maxEventTime));
  const time = silenceTime(
    seen.map(({ maxEventTime, fedAt }) => ({ maxEventTime, idle: true, lastArrival: fedAt })),
    outOfOrderness,
    now,
  );
  return time === undefined ? undefined : { time, since: Math.max(...seen.map((head) => head.fedAt)) };
}

async function moveClock(
  context: StageContext,
  counted: readonly SourceShard[],
  silence: Silence | undefined,
  clock: Clock | undefined,
): Promise<void> {
  const watermark = watermarkOf(counted, context.compiled.stage.outOfOrderness);
  if (watermark !== undefined && watermark > (clock?.watermark ?? Number.NEGATIVE_INFINITY)) {
    await context.clock.forward('watermark', watermark);
  }
  if (silence === undefined) return;
  await context.clock.forward('firesUpTo', silence.time);
  // Silence fires, only data closes: unless it has lasted so long that nothing unread can be left in the stream.
  if (context.now() - silence.since >= context.retention)
    await context.clock.forward('watermark', silence.time);
}
