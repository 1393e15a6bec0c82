import { z } from 'zod';
import {
  calendar,
  count,
  cumulative,
  type Duration,
  distinct,
  type Emission,
  early,
  eventType,
  final,
  first,
  hopping,
  last,
  max,
  mean,
  min,
  onTime,
  type Pipeline,
  pipeline,
  session,
  share,
  sum,
  tumbling,
  variance,
  type WindowSpec,
  type WindowStage,
  windowStage,
} from '../../shared/pipeline/index.ts';
import type { FurtherValue, Transcript, TranscriptStage } from './transcript.ts';

/** What of a transcript its stage follows from: plain data, so that it can be written into a bundle. */
export type Declared = Pick<Transcript, 'name' | 'slug' | 'unit' | 'stage'>;

const FURTHER_VALUES = {
  share: share('amount'),
  variance: variance('amount'),
  first: first('amount'),
  last: last('amount'),
  distinct: distinct('amount'),
} satisfies Record<FurtherValue, unknown>;

/** The stage of a transcript: every value that transcripts may name, over events of a type of its own. */
export function declareStage({ name, slug, unit, stage }: Declared): WindowStage {
  const length = (units: number): Duration => `${Math.round(units * unit)} milliseconds`;
  const type = eventType(`${slug}-event`, {
    description: `events of the transcript "${name}"`,
    schema: z.object({ id: z.string(), key: z.string(), at: z.int(), amount: z.number() }),
    id: 'id',
    time: 'at',
    key: 'key',
  });
  return windowStage(slug, {
    description: name,
    from: type,
    key: 'key',
    window: windowOf(stage.window, length),
    outOfOrderness: length(stage.bound),
    allowedLateness: length(stage.lateness),
    emit: emissionOf(stage.emit, length),
    values: {
      count: count(),
      sum: sum('amount'),
      min: min('amount'),
      max: max('amount'),
      mean: mean('amount'),
      ...Object.fromEntries(stage.values.map((name) => [name, FURTHER_VALUES[name]])),
    },
  });
}

/** All transcripts as one pipeline: one stream that every stage reads. */
export function declarePipeline(transcripts: readonly Declared[]): Pipeline {
  const stages = transcripts.map(declareStage);
  return pipeline('transcripts', {
    description: 'the stages of all transcripts',
    types: stages.map(({ input }) => input),
    stages,
  });
}

function emissionOf(emit: TranscriptStage['emit'], length: (units: number) => Duration): Emission {
  if (emit === 'onTime') return onTime();
  return emit === 'final' ? final() : early(length(emit.early));
}

function windowOf(window: TranscriptStage['window'], length: (units: number) => Duration): WindowSpec {
  if ('calendar' in window) return calendar(window.calendar, window.zone);
  if ('session' in window) {
    const resolution = length(window.resolution ?? window.session / 4);
    return session(length(window.session), { resolution });
  }
  const alignment = { offset: length(window.offset ?? 0) };
  if ('tumbling' in window) return tumbling(length(window.tumbling), alignment);
  if ('hopping' in window) return hopping(length(window.hopping), length(window.every), alignment);
  return cumulative(length(window.cumulative), length(window.by), alignment);
}
