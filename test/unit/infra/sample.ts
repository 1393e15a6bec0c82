import { z } from 'zod';
import {
  count,
  eventType,
  personal,
  pipeline,
  sum,
  tumbling,
  windowStage,
} from '../../../shared/pipeline/index.ts';

/** The event type of the first pipeline. */
export const reading = eventType('reading', {
  description: 'a reading',
  schema: z.object({ meter: z.string(), site: z.string(), watts: z.number(), at: z.int() }),
  time: 'at',
  key: 'meter',
});
const opening = eventType('opening', {
  description: 'a door opens',
  schema: z.object({ door: z.string(), at: z.int() }),
  time: 'at',
  key: 'door',
});
const times = {
  window: tumbling('1 minute'),
  outOfOrderness: '10 seconds',
  allowedLateness: '1 minute',
} as const;

/** Two pipelines: one with two stages, one whose only stage is not materialized. */
export const samplePipelines = [
  pipeline('meter-readings', {
    description: 'readings',
    types: [reading],
    stages: [
      windowStage('per-meter', {
        ...times,
        description: 'per meter',
        from: reading,
        key: 'meter',
        values: { watts: sum('watts') },
      }),
      windowStage('per-site', {
        ...times,
        description: 'per site',
        from: reading,
        key: 'site',
        values: { readings: count() },
      }),
    ],
  }),
  pipeline('doors', {
    description: 'doors',
    types: [opening],
    stages: [
      windowStage('openings', {
        ...times,
        description: 'openings',
        from: opening,
        key: 'door',
        values: { openings: count() },
        materialize: false,
      }),
    ],
  }),
];

const visit = eventType('visit', {
  description: 'somebody comes in',
  schema: z.object({ visitor: personal(z.string()), at: z.int() }),
  time: 'at',
  key: 'visitor',
});

/** A pipeline whose events are about persons. */
export const personalPipelines = [pipeline('visits', { description: 'visits', types: [visit], stages: [] })];
