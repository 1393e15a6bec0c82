import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Gateway } from '../../../../tools/local/http/gateway.ts';
import { close, listen } from '../../../../tools/local/listen.ts';

const gateway = new Gateway();
let url = '';
let issuer = '';
let identity: Server;
const keys = await pair('one');
let fetched = 0;

async function pair(kid: string) {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
}

beforeAll(async () => {
  identity = createServer((request, response) => {
    fetched++;
    const jwksUri = `${issuer}jwks`;
    const body = request.url === '/jwks' ? { keys: [keys.jwk] } : { issuer, jwks_uri: jwksUri };
    response.end(JSON.stringify(body));
  });
  issuer = `http://127.0.0.1:${await listen(identity, 0)}/`;
  url = `http://127.0.0.1:${await gateway.listen(0)}`;
  const jwt = { kind: 'jwt', issuer, audience: ['millrace'], scopes: [] } as const;
  const route = { functionName: 'fn', timeoutMs: 10_000 };
  gateway.open(
    [
      { ...route, key: 'POST /jwt', authorizer: jwt },
      { ...route, key: 'POST /scoped', authorizer: { ...jwt, scopes: ['write'] } },
      { ...route, key: 'POST /iam/{name}', authorizer: { kind: 'iam' } },
      { ...route, key: 'POST /open' },
    ],
    async (_, payload) => ({
      ok: true,
      requestId: 'r',
      payload: JSON.stringify(JSON.parse(payload).requestContext.authorizer ?? null),
    }),
    new Map(),
    {
      origins: ['https://app.example'],
      methods: ['POST'],
      headers: ['*'],
      exposed: ['retry-after'],
      maxAge: 60,
    },
  );
});
afterAll(async () => {
  await gateway.end();
  await close(identity);
});

/** A digest as the signer wants it: with a key it is an HMAC. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | Uint8Array) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

const post = (path: string, headers: Record<string, string> = {}, body = '') =>
  fetch(url + path, { method: 'POST', headers, body });

describe('tokens', () => {
  const token = (claims: Record<string, unknown> = {}, from = issuer, expires = '1m') =>
    new SignJWT({ sub: 'device-7', aud: 'millrace', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: keys.kid })
      .setIssuer(from)
      .setExpirationTime(expires)
      .sign(keys.privateKey);
  const bearer = async (given: Promise<string>) => ({ authorization: `Bearer ${await given}` });

  test('of the issuer let requests through, and tell the function their claims', async () => {
    const answer = await post('/jwt', await bearer(token({ groups: ['a', 'b'] })));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ jwt: { claims: { sub: 'device-7', groups: '[a b]' } } });
    const before = fetched;
    await post('/jwt', await bearer(token()));
    expect(fetched).toBe(before);
  });

  test('of a client need no audience', async () => {
    const answer = await post('/jwt', await bearer(token({ aud: undefined, client_id: 'millrace' })));
    expect(answer.status).toBe(200);
  });

  test.each([
    ['none', async () => ({}) as Record<string, string>],
    ['no token', async () => ({ authorization: 'Bearer abc' })],
    ['another audience', () => bearer(token({ aud: 'others' }))],
    ['another issuer', () => bearer(token({}, 'https://other.example/'))],
    ['one that is over', () => bearer(token({}, issuer, '-1m'))],
    [
      'a forged one',
      async () => {
        const forged = await pair('one');
        const made = new SignJWT({ aud: 'millrace' }).setProtectedHeader({ alg: 'RS256', kid: 'one' });
        return bearer(made.setIssuer(issuer).setExpirationTime('1m').sign(forged.privateKey));
      },
    ],
    [
      'one that is not signed',
      async () => {
        const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
        const claims = { iss: issuer, aud: 'millrace', exp: Math.ceil(Date.now() / 1000) + 60 };
        return { authorization: `Bearer ${part({ alg: 'none', kid: 'one' })}.${part(claims)}.` };
      },
    ],
  ])('%s: 401', async (_, headers) => {
    expect((await post('/jwt', await headers())).status).toBe(401);
  });

  test('without the scope: 403', async () => {
    expect((await post('/scoped', await bearer(token({ scope: 'read' })))).status).toBe(403);
    expect((await post('/scoped', await bearer(token({ scope: 'read write' })))).status).toBe(200);
  });
});

describe('signatures', () => {
  /** The SDK's own signer. */
  async function sign(over: { secret?: string; service?: string; date?: Date } = {}, body = '{"a":1}') {
    const signer = new SignatureV4({
      service: over.service ?? 'execute-api',
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: over.secret ?? 'local' },
      sha256: Sha256 as never,
    });
    const { host, hostname, port } = new URL(url);
    const request = {
      method: 'POST',
      protocol: 'http:',
      hostname,
      port: Number(port),
      path: '/iam/a%20b',
      query: { q: 'x y', a: '1' },
      headers: { host, 'content-type': 'application/json' },
      body,
    };
    const { headers } = await signer.sign(request, { signingDate: over.date ?? new Date() });
    return headers;
  }
  const path = '/iam/a%20b?q=x%20y&a=1';

  test('of the run’s credentials let requests through', async () => {
    const answer = await post(path, await sign(), '{"a":1}');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ iam: { userArn: 'arn:aws:iam::000000000000:user/local' } });
  });

  test.each([
    ['another secret', () => sign({ secret: 'guess' })],
    ['another service', () => sign({ service: 'kinesis' })],
    ['another body', () => sign({}, '{"a":2}')],
    ['another day', () => sign({ date: new Date(Date.now() - 3_600_000) })],
    ['nothing', async () => ({}) as Record<string, string>],
  ])('with %s: 403', async (_, headers) => {
    expect((await post(path, await headers(), '{"a":1}')).status).toBe(403);
  });
});

describe('browsers on other sites', () => {
  const preflight = (origin: string) =>
    fetch(`${url}/open`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });

  test('that are listed may call and read', async () => {
    const asked = await preflight('https://app.example');
    expect(asked.status).toBe(204);
    expect(Object.fromEntries(asked.headers)).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'POST',
      'access-control-max-age': '60',
    });
    const answer = await post('/open', { origin: 'https://app.example' });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(answer.headers.get('access-control-expose-headers')).toBe('retry-after');
  });

  test('that are not may not', async () => {
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });
});
