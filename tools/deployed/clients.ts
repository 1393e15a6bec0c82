import { httpHandler } from '../../shared/runtime/clients/http.ts';
import type { LocalEndpoints } from '../local/run.ts';

/** Where AWS is: at its own addresses, or wherever an emulator of it listens. */
export interface Place {
  /** Of an emulator; undefined for AWS itself. */
  readonly endpoint?: string | undefined;
  /** Of a local run, which has an emulator for every service. */
  readonly endpoints?: Readonly<Record<Service, string>> | undefined;
  /** undefined: what the environment or the profile says. */
  readonly region?: string | undefined;
  /** undefined: those of the environment or the profile. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

/** The services that a local run has emulators of. */
export type Service = keyof LocalEndpoints;

const TIMEOUT_MS = 20_000;

/** The options of an AWS client at a place; of a local run only for the services that it has. */
export const clientOptions = ({ endpoint, endpoints, region, credentials }: Place, service?: Service) => ({
  ...definedOnly({
    endpoint: service === undefined ? endpoint : (endpoints?.[service] ?? endpoint),
    region,
    credentials,
  }),
  requestHandler: httpHandler(TIMEOUT_MS),
  maxAttempts: 5,
  retryMode: 'standard' as const,
});

/** The same of an S3 client: no emulator's DNS knows buckets as host names. */
export function s3Options(place: Place) {
  const options = clientOptions(place, 's3');
  return { ...options, forcePathStyle: options.endpoint !== undefined };
}

/** The SDK takes an option that is there and undefined for one that was chosen. */
const definedOnly = <T extends object>(options: T): Partial<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
