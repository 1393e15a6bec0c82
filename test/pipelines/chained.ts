import * as z from 'zod';
import {
  atLeast,
  count,
  eventType,
  filterStage,
  max,
  over,
  pipeline,
  sum,
  tumbling,
  windowStage,
} from '../../shared/pipeline/index.ts';

/** What a broken sensor sends, and a filter that does not expect it fails at. */
export const EVIL = 666;

export const measurement = eventType('measurement', {
  description: 'A measurement of a sensor',
  schema: z.object({
    id: z.string(),
    sensor: z.string(),
    site: z.string(),
    value: z.int().nullable(),
    at: z.int(),
  }),
  id: 'id',
  time: 'at',
  key: 'sensor',
});

const scaledType = eventType('scaled-measurement', {
  description: 'A measurement in tens',
  schema: z.object({ site: z.string(), tens: z.number(), at: z.int() }),
  time: 'at',
  key: 'site',
});

export const usable = filterStage('usable', {
  description: 'Measurements that there are, and large enough',
  from: measurement,
  where: ({ value }) => {
    if (value === EVIL) throw new Error('no sensor measures this');
    return value !== null && value >= 10;
  },
});

export const scaled = filterStage('scaled', {
  description: 'Large measurements in tens',
  from: usable,
  where: atLeast('value', 50),
  to: scaledType,
  map: { site: 'site', tens: over('value', 10), at: 'at' },
  records: 'packed',
});

const times = { outOfOrderness: '10 seconds', allowedLateness: '1 minute' } as const;

export const perMinute = windowStage('sensor-minutes', {
  ...times,
  description: 'Per sensor and minute',
  from: usable,
  key: 'sensor',
  window: tumbling('1 minute'),
  values: { total: sum('value'), events: count(), highest: max('value') },
});

export const sites = windowStage('site-minutes', {
  ...times,
  description: 'Per site and minute, of the large measurements',
  from: scaled,
  key: 'site',
  window: tumbling('1 minute'),
  values: { tens: sum('tens'), events: count() },
});

export const perSpan = windowStage('sensor-spans', {
  description: 'Per sensor and five minutes, of the final minutes',
  from: perMinute,
  key: 'sensor',
  window: tumbling('5 minutes'),
  outOfOrderness: '1 minute',
  allowedLateness: '2 minutes',
  values: { minutes: count(), events: sum('events'), highest: max('highest'), from: max('start') },
});

export default pipeline('chained', {
  description: 'Stages on stages',
  types: [measurement],
  stages: [usable, scaled, perMinute, sites, perSpan],
});
