/** Who may reach the HTTP API from where, and how callers say who they are; write keys work always. */
export interface Access {
  /** Origins of web pages that may call it; none: browsers on other sites cannot. */
  readonly corsOrigins: readonly string[];
  /** DNS names of systems whose web hooks are agreed to; none: all. */
  readonly webHookOrigins: readonly string[];
  /** Adds routes under `/v1/iam` for requests signed with SigV4. */
  readonly iam: boolean;
  /** Adds routes under `/v1/jwt` for bearer tokens of an issuer. */
  readonly jwt: JwtAccess | undefined;
}

/** Tokens that are accepted. */
export interface JwtAccess {
  /** URL of the issuer, as in the claim `iss`; its keys are found through OpenID Connect discovery. */
  readonly issuer: string;
  /** One of them must be the claim `aud` or `client_id`. */
  readonly audience: readonly string[];
  /** One of them must be in the claim `scope` or `scp`, if there are any. */
  readonly scopes: readonly string[];
}

/** Access as it is chosen: lists are texts, their items separated by commas. */
export interface AccessChoices {
  readonly corsOrigins?: string | undefined;
  readonly webHookOrigins?: string | undefined;
  readonly iam?: boolean | undefined;
  readonly jwtIssuer?: string | undefined;
  readonly jwtAudience?: string | undefined;
  readonly jwtScopes?: string | undefined;
}

/** The names of the choices, which are those of the CLI's context. */
export const ACCESS_CHOICES = [
  'corsOrigins',
  'webHookOrigins',
  'iam',
  'jwtIssuer',
  'jwtAudience',
  'jwtScopes',
] as const satisfies readonly (keyof AccessChoices)[];

const ORIGIN = /^(?:\*|https?:\/\/[^/\s,]+)$/;

/** @throws RangeError naming what is wrong and what to use instead */
export function accessOf(choices: AccessChoices): Access {
  const corsOrigins = listOf(choices.corsOrigins);
  for (const origin of corsOrigins) {
    if (ORIGIN.test(origin)) continue;
    throw new RangeError(`corsOrigins has "${origin}": use "https://host", without a path, or "*"`);
  }
  return {
    corsOrigins,
    webHookOrigins: listOf(choices.webHookOrigins),
    iam: choices.iam ?? false,
    jwt: jwtOf(choices),
  };
}

function jwtOf({ jwtIssuer: issuer, jwtAudience, jwtScopes }: AccessChoices): JwtAccess | undefined {
  const audience = listOf(jwtAudience);
  if (issuer === undefined && audience.length === 0) return undefined;
  if (issuer === undefined || !URL.canParse(issuer) || audience.length === 0) {
    throw new RangeError('tokens need both: jwtIssuer, a URL, and jwtAudience');
  }
  return { issuer, audience, scopes: listOf(jwtScopes) };
}

const listOf = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
