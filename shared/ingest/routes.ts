import { BARE_MEDIA, CLOUDEVENTS_MEDIA, type Media } from './media-type.ts';

/** What a route does: takes events, only checks them, or answers the handshake of a web hook. */
export type Action = 'ingest' | 'validate' | 'handshake';

/** A route of ingestion. From this table come the API's routes, the function's own routing and the documentation. */
export interface IngestRoute {
  readonly method: 'POST' | 'OPTIONS';
  /** With `{type}` where the name of an event type goes. */
  readonly path: string;
  readonly action: Action;
  /** What it does, for people. */
  readonly summary: string;
  /** Media types of its body; none where it takes no body. */
  readonly media: ReadonlyMap<string, Media>;
  /** Whether any other media type is taken too, as the data of a CloudEvents event in binary mode. */
  readonly binary: boolean;
}

const NO_BODY: ReadonlyMap<string, Media> = new Map();

/** How a caller says who it is: by a write key, a signature of AWS (SigV4), or a JSON Web Token. */
export const IDENTITIES = ['key', 'iam', 'jwt'] as const;

export type Identity = (typeof IDENTITIES)[number];

/** What comes before a route's path where the gateway itself checks who calls: it can check only one thing per route. */
export const prefixOf = (identity: Identity): string => (identity === 'key' ? '/v1' : `/v1/${identity}`);

/** All routes, with their paths behind {@link prefixOf}. */
export const INGEST_ROUTES: readonly IngestRoute[] = (['events', 'validate'] as const).flatMap((verb) => {
  const action: Action = verb === 'events' ? 'ingest' : 'validate';
  const does = verb === 'events' ? 'Stores' : 'Checks, and does not store,';
  return [
    {
      method: 'POST',
      path: `/${verb}`,
      action,
      summary: `${does} CloudEvents of any type: structured, batched or binary`,
      media: CLOUDEVENTS_MEDIA,
      binary: true,
    },
    {
      method: 'POST',
      path: `/${verb}/{type}`,
      action,
      summary: `${does} bare data of one type`,
      media: BARE_MEDIA,
      binary: false,
    },
    ...(verb === 'events'
      ? (['/events', '/events/{type}'] as const).map(
          (path): IngestRoute => ({
            method: 'OPTIONS',
            path,
            action: 'handshake',
            summary: 'Agrees to the delivery of a web hook',
            media: NO_BODY,
            binary: false,
          }),
        )
      : []),
  ] satisfies IngestRoute[];
});
