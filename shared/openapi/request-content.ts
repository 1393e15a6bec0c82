import { LIMITS } from '../ingest/limits.ts';
import type { Media } from '../ingest/media-type.ts';
import type { EventType } from '../pipeline/index.ts';
import { dataName } from './event-schemas.ts';
import { type Exchange, requestsOf } from './examples.ts';
import { type Content, type Schema, schemaRef } from './types.ts';

type MediaTypes = readonly (readonly [string, Media])[];

const listOf = (item: Schema, minItems: number): Schema => ({
  type: 'array',
  minItems,
  maxItems: LIMITS.events,
  items: item,
});

/** How a body of a media type looks whose items are of a schema. */
function bodySchema({ layout, holds }: Media, item: Schema): Schema {
  if (layout === 'ndjson') {
    return { type: 'string', description: 'One JSON object a line; blank lines do not count.' };
  }
  if (holds === 'one') return item;
  // A batch of CloudEvents may be empty, a list of bare data may not.
  return holds === 'array' ? listOf(item, 0) : { anyOf: [item, listOf(item, 1)] };
}

const contentOf = (media: MediaTypes, item: Schema, shown: readonly Exchange[]): Content =>
  Object.fromEntries(
    media.map(([name, one]) => {
      const examples = requestsOf(shown, name);
      return [name, { schema: bodySchema(one, item), ...(Object.keys(examples).length > 0 && { examples }) }];
    }),
  );

/** Bodies of CloudEvents, and whatever else an event in binary mode may hold. */
export const cloudEventsContent = (media: MediaTypes, shown: readonly Exchange[]): Content => ({
  ...contentOf(media, schemaRef('Event'), shown),
  '*/*': { schema: { description: 'The data of one event, whose attributes are in the headers.' } },
});

/** Bodies of bare data of one of some types. */
export function bareContent(
  media: MediaTypes,
  types: readonly EventType[],
  shown: readonly Exchange[],
): Content {
  const refs = types.map(({ name }) => schemaRef(dataName(name)));
  const [only] = refs;
  return contentOf(media, refs.length === 1 && only !== undefined ? only : { anyOf: refs }, shown);
}
