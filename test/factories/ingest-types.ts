import { z } from 'zod';
import { type IngestTypes, ingestTypes } from '../../shared/ingest/ingest-type.ts';
import { type EventType, eventType, type Pipeline, personal } from '../../shared/pipeline/index.ts';

/** Types as ingestion uses them, whatever a pipeline would say of them. */
export const typesOf = (...types: readonly EventType<never>[]): IngestTypes =>
  ingestTypes(
    [
      {
        name: 'test',
        description: 'test',
        types: types as unknown as EventType[],
        stages: [],
        lanes: 4,
      } as Pipeline,
    ],
    { test: 'test-events' },
  );

/** A type whose data may be any JSON value. */
export const anything = eventType('com.example.someevent', {
  description: 'anything',
  schema: z.unknown() as never,
  time: 'at' as never,
  key: 'key' as never,
}) as EventType<never>;

/** A type with personal data in every place there is. */
export const visit = eventType('visit', {
  description: 'somebody visits',
  schema: z.object({
    id: z.string(),
    visitor: personal(z.string().min(1)),
    at: z.union([z.int(), z.iso.datetime({ offset: true })]),
    pages: z.int().nonnegative(),
    email: personal(z.string(), 'drop').optional(),
    contacts: z.array(z.object({ name: personal(z.string()).nullish(), kind: z.string() })).optional(),
    address: personal(z.object({ street: z.string(), town: z.string() }), 'drop').optional(),
    phones: z.array(personal(z.string())).optional(),
    tags: z.record(z.string(), personal(z.union([z.string(), z.number()]))).optional(),
  }),
  id: 'id',
  time: 'at',
  key: 'visitor',
});
