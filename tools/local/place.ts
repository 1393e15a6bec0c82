/**
 * Where a local run pretends to be. The account number is the one that documentation and other emulators use for
 * "nobody's", so an ARN that escapes into a log cannot be mistaken for a real one.
 */
export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';
export const PARTITION = 'aws';

/** Credentials that satisfy the SDKs' signing; no emulator checks them. */
export const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const;

/** The ARN of a local resource. IAM has no regions, and S3 names its buckets without region and account. */
export function localArn(service: string, resource: string): string {
  if (service === 's3') return `arn:${PARTITION}:s3:::${resource}`;
  return `arn:${PARTITION}:${service}:${service === 'iam' ? '' : REGION}:${ACCOUNT}:${resource}`;
}

/** The last part of an ARN: `stream/name` -> `name`, `function:name:alias` -> `name`, a plain name as it is. */
export function nameInArn(arn: string): string {
  if (!arn.startsWith('arn:')) return arn;
  const resource = arn.split(':').slice(5);
  const [first = '', second] = resource;
  return second ?? first.slice(first.indexOf('/') + 1);
}
