import { httpHandler } from '../../shared/runtime/clients/http.ts';

/** Where AWS is: at its own addresses, or wherever an emulator of it listens. */
export interface Place {
  /** Of an emulator; undefined for AWS itself. */
  readonly endpoint?: string | undefined;
  /** undefined: what the environment or the profile says. */
  readonly region?: string | undefined;
  /** undefined: those of the environment or the profile. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

const TIMEOUT_MS = 20_000;

/** The options of an AWS client at a place. */
export const clientOptions = (place: Place) => ({
  ...place,
  requestHandler: httpHandler(TIMEOUT_MS),
  maxAttempts: 5,
  retryMode: 'standard' as const,
});

/** No emulator's DNS knows buckets as host names. */
export const s3Options = (place: Place) => ({
  ...clientOptions(place),
  forcePathStyle: place.endpoint !== undefined,
});
