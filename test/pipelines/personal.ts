import * as z from 'zod';
import {
  count,
  eventType,
  personal,
  pipeline,
  sum,
  tumbling,
  windowStage,
} from '../../shared/pipeline/index.ts';

const visit = eventType('visit', {
  description: 'Somebody visits',
  schema: z.object({
    id: z.string(),
    visitor: personal(z.string().min(1)),
    email: personal(z.string(), 'drop').optional(),
    contacts: z.array(z.object({ name: personal(z.string()) })).optional(),
    pages: z.int().nonnegative(),
    at: z.int(),
  }),
  id: 'id',
  time: 'at',
  key: 'visitor',
});

const visits = windowStage('visits', {
  description: 'Per visitor and minute: pages',
  from: visit,
  key: 'visitor',
  window: tumbling('1 minute'),
  outOfOrderness: '10 seconds',
  allowedLateness: '1 minute',
  values: { pages: sum('pages'), events: count() },
});

/** Events about persons: what a user's own file would say. */
export default pipeline('visits', { description: 'Visits', types: [visit], stages: [visits] });
