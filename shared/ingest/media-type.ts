import { ProblemError } from './problem.ts';

/** How a body is laid out. */
export type Layout = 'json' | 'ndjson';

/** What a media type says: how the body is laid out, and whether it must hold exactly one event or an array of them. */
export interface Media {
  readonly layout: Layout;
  readonly holds: 'one' | 'array' | 'any';
}

const JSON_MEDIA: Media = { layout: 'json', holds: 'any' };
const NDJSON_MEDIA: Media = { layout: 'ndjson', holds: 'any' };

/** Media types of bare data. A request without one is taken for JSON. */
export const BARE_MEDIA: ReadonlyMap<string, Media> = new Map([
  ['application/json', JSON_MEDIA],
  ['application/x-ndjson', NDJSON_MEDIA],
  ['application/ndjson', NDJSON_MEDIA],
  ['application/jsonl', NDJSON_MEDIA],
]);

/**
 * Media types of CloudEvents.
 *
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
 */
export const CLOUDEVENTS_MEDIA: ReadonlyMap<string, Media> = new Map<string, Media>([
  ...BARE_MEDIA,
  ['application/cloudevents+json', { layout: 'json', holds: 'one' }],
  ['application/cloudevents-batch+json', { layout: 'json', holds: 'array' }],
]);

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i;
/** US-ASCII is a part of UTF-8. JSON has no other encoding on the wire (RFC 8259, section 8.1). */
const CHARSETS: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii']);

/** Whether text of a media type is in UTF-8: by its parameter, or because it names no other. */
export const isUtf8Type = (contentType: string): boolean =>
  CHARSETS.has(CHARSET.exec(contentType)?.[1]?.toLowerCase() ?? 'utf-8');

/** A media type without its parameters, in lower case. */
export const essenceOf = (contentType: string): string =>
  (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();

/**
 * Finds out how to read a body.
 *
 * @throws ProblemError `unsupported-media-type` when the type is not among those supported, or its charset is not UTF-8
 */
export function mediaOf(contentType: string | undefined, supported: ReadonlyMap<string, Media>): Media {
  if (contentType === undefined || contentType.trim() === '') return JSON_MEDIA;
  const media = supported.get(essenceOf(contentType));
  if (media !== undefined && isUtf8Type(contentType)) return media;
  const types = [...supported.keys()];
  throw new ProblemError(
    'unsupported-media-type',
    `content-type is "${contentType.slice(0, 100)}"; supported here, in UTF-8: ${types.join(', ')}`,
    { headers: { 'accept-post': types.join(', ') } },
  );
}
