import { JwtVerifier } from 'aws-jwt-verify';
import type { Jwks } from 'aws-jwt-verify/jwk';
import type { JwtSpec } from '../../template/model.ts';
import type { Authorized } from './authorize.ts';

type Claims = Readonly<Record<string, unknown>>;
type Verify = (token: string) => Claims;

/** Keys are fetched again no sooner than this after a token that they do not fit. */
const REFETCH_MS = 5_000;
const FETCH_TIMEOUT_MS = 5_000;

interface Issuer {
  readonly fetchedAt: number;
  readonly verify: Promise<Verify>;
}

/** Checks bearer tokens as the JWT authorizer of an HTTP API does; the issuers' keys are fetched once. */
export class Tokens {
  readonly #issuers = new Map<string, Issuer>();

  async check(spec: JwtSpec, authorization: string | undefined): Promise<Authorized> {
    const token = /^(?:Bearer +)?(\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return unauthorized('there is no token in the header authorization');
    let claims: Claims;
    try {
      claims = await this.#verify(spec.issuer, token);
    } catch (error) {
      return unauthorized(
        `the token is not valid: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    // An access token may name the client in place of an audience.
    const audiences = [claims.aud ?? claims.client_id ?? []].flat();
    if (!spec.audience.some((one) => audiences.includes(one))) return unauthorized('the token is for others');
    const scopes = scopesOf(claims);
    if (spec.scopes.length > 0 && !spec.scopes.some((scope) => scopes.includes(scope))) {
      return { status: 403, detail: `the token needs one of the scopes ${spec.scopes.join(', ')}` };
    }
    return { context: { jwt: { claims: asTexts(claims), scopes: scopes.length > 0 ? scopes : null } } };
  }

  async #verify(issuer: string, token: string): Promise<Claims> {
    const known = this.#issuers.get(issuer) ?? this.#fetch(issuer);
    try {
      return (await known.verify)(token);
    } catch (error) {
      // The issuer may have changed its keys.
      if (Date.now() - known.fetchedAt < REFETCH_MS) throw error;
      return (await this.#fetch(issuer).verify)(token);
    }
  }

  #fetch(issuer: string): Issuer {
    const fetched = { fetchedAt: Date.now(), verify: verifierOf(issuer) };
    this.#issuers.set(issuer, fetched);
    fetched.verify.catch(() => this.#issuers.delete(issuer));
    return fetched;
  }
}

/** Finds the keys of an issuer. @see https://openid.net/specs/openid-connect-discovery-1_0.html */
async function verifierOf(issuer: string): Promise<Verify> {
  const { jwks_uri: uri } = await json<{ jwks_uri: string }>(
    `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
  );
  const jwks = await json<Jwks>(uri);
  const verifier = JwtVerifier.create({ issuer, audience: null, jwksUri: uri });
  verifier.cacheJwks(jwks);
  return (token) => verifier.verifySync(token) as Claims;
}

async function json<T>(url: string): Promise<T> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  return (await answer.json()) as T;
}

const unauthorized = (detail: string): Authorized => ({ status: 401, detail });

function scopesOf({ scope, scp }: Claims): string[] {
  const given = scope ?? scp ?? [];
  return typeof given === 'string' ? given.split(' ').filter(Boolean) : [given].flat().map(String);
}

/** The gateway hands claims on as texts, lists as `[a b]`. */
const asTexts = (claims: Claims): Record<string, string> =>
  Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      Array.isArray(value) ? `[${value.join(' ')}]` : String(value),
    ]),
  );
