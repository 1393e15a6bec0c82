import * as z from 'zod';
import {
  atLeast,
  count,
  eventType,
  filterStage,
  max,
  pipeline,
  sum,
  tumbling,
  windowStage,
} from '../../shared/pipeline/index.ts';

/** Smaller measurements do not pass the filter stage. */
export const LEAST = 20;

export const measurement = eventType('measurement', {
  description: 'A measurement of a sensor',
  schema: z.object({ id: z.string(), sensor: z.string(), value: z.int(), at: z.int() }),
  id: 'id',
  time: 'at',
  key: 'sensor',
});

const usable = filterStage('usable', {
  description: 'Measurements that are large enough',
  from: measurement,
  where: atLeast('value', LEAST),
});

const perMinute = {
  description: 'Per sensor and minute',
  key: 'sensor',
  window: tumbling('1 minute'),
  outOfOrderness: '10 seconds',
  allowedLateness: '1 minute',
  values: { total: sum('value'), events: count(), highest: max('value') },
} as const;

const perSpan = {
  description: 'Per sensor and five minutes, of the final minutes',
  key: 'sensor',
  window: tumbling('5 minutes'),
  outOfOrderness: '1 minute',
  allowedLateness: '2 minutes',
  values: { minutes: count(), events: sum('events'), highest: max('highest') },
} as const;

const minutes = windowStage('minutes', { ...perMinute, from: measurement });

/** Stages that count from the beginning, each with a twin that has its history from a replay. */
export const twins = {
  events: {
    live: minutes,
    replayed: windowStage('minutes-replayed', { ...perMinute, from: measurement, awaitsReplay: true }),
  },
  filtered: {
    live: windowStage('usable-minutes', { ...perMinute, from: usable }),
    replayed: windowStage('usable-minutes-replayed', { ...perMinute, from: usable, awaitsReplay: true }),
  },
  results: {
    live: windowStage('spans', { ...perSpan, from: minutes }),
    replayed: windowStage('spans-replayed', { ...perSpan, from: minutes, awaitsReplay: true }),
  },
};

export default pipeline('replayed', {
  description: 'Stages whose history is replayed',
  types: [measurement],
  stages: [usable, ...Object.values(twins).flatMap(({ live, replayed }) => [live, replayed])],
});
