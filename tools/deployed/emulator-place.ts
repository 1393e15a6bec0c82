import type { Place } from './clients.ts';

/** The address at which LocalStack and its like listen unless told otherwise. */
export const DEFAULT_ENDPOINT = 'http://127.0.0.1:4566';

/** Emulators take any region; this is the one that most of them begin with. */
const REGION = 'us-east-1';

/** An address that is no emulator's. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError';
}

/**
 * The place of an emulator.
 *
 * @param address - as in `AWS_ENDPOINT_URL`
 * @throws EndpointError for what is no address, and for AWS itself: what is made for an emulator must not reach an account
 */
export function emulatorPlace(
  address: string = DEFAULT_ENDPOINT,
  env: NodeJS.ProcessEnv = process.env,
): Place & { readonly endpoint: string; readonly region: string } {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new EndpointError(`"${address}" is no address: use one such as ${DEFAULT_ENDPOINT}`);
  }
  if (/(^|\.)(amazonaws\.com(\.cn)?|api\.aws)$/.test(url.hostname)) {
    throw new EndpointError(`${url.hostname} is AWS itself, not an emulator of it`);
  }
  // With a number for a host the SDKs put names of buckets into the path; "bucket.localhost" resolves on few machines.
  if (url.hostname === 'localhost') url.hostname = '127.0.0.1';
  return {
    endpoint: url.href.replace(/\/$/, ''),
    region: env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? REGION,
    credentials: {
      accessKeyId: env.AWS_ACCESS_KEY_ID ?? 'test',
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? 'test',
    },
  };
}

/**
 * The environment of a program that is to find AWS at a place. Everything that could lead it elsewhere is taken out: a
 * profile, a session's token, the endpoints of single services.
 */
export function environmentAt(
  { endpoint, region, credentials }: ReturnType<typeof emulatorPlace>,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const others = Object.entries(env).filter(([name]) => !name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(others),
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials?.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials?.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
