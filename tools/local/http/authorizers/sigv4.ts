import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ACCOUNT, CREDENTIALS, localArn } from '../../place.ts';
import type { Authorized } from './authorize.ts';

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8}\/[^/]+\/execute-api\/aws4_request), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
const MAX_SKEW_MS = 5 * 60_000;

/**
 * Checks a Signature Version 4 made with the local run's credentials.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function verifySignature(request: IncomingMessage, body: Buffer): Authorized {
  const refused = (detail: string): Authorized => ({ status: 403, detail });
  const [, accessKey, scope, signed, signature] =
    AUTHORIZATION.exec(request.headers.authorization ?? '') ?? [];
  const date = String(request.headers['x-amz-date'] ?? '');
  if (scope === undefined || signed === undefined || signature === undefined) {
    return refused('the request is not signed with SigV4 for execute-api');
  }
  if (accessKey !== CREDENTIALS.accessKeyId) return refused('the security token is not known here');
  // What is no date is NaN, and not within anything.
  if (!(Math.abs(timeOf(date) - Date.now()) <= MAX_SKEW_MS)) return refused('the signature is too old');
  const canonical = canonicalRequest(request, signed.split(';'), sha256(body));
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  const key = scope
    .split('/')
    .reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${CREDENTIALS.secretAccessKey}`);
  if (!timingSafeEqual(hmac(key, toSign), Buffer.from(signature, 'hex'))) {
    return refused('the signature does not match');
  }
  const userArn = localArn('iam', `user/${accessKey}`);
  return {
    context: {
      iam: {
        accessKey,
        accountId: ACCOUNT,
        callerId: accessKey,
        cognitoIdentity: null,
        userArn,
        userId: accessKey,
      },
    },
  };
}

function canonicalRequest(request: IncomingMessage, signed: readonly string[], payload: string): string {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://local');
  // All services but S3 sign the path encoded once more than it is sent.
  const path = pathname.split('/').map(encoded).join('/');
  const query = [...searchParams]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&');
  const headers = signed.map((name) => `${name}:${headerOf(request, name)}\n`).join('');
  return [request.method, path, query, headers, signed.join(';'), payload].join('\n');
}

const headerOf = (request: IncomingMessage, name: string): string =>
  [request.headers[name] ?? ''].flat().join(',').trim().replace(/ +/g, ' ');

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** `20260101T000000Z` */
const timeOf = (date: string): number =>
  Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
