import { authorize } from './authorize.ts';
import type { KeyChecker, KeyLimits } from './keys.ts';
import { ProblemError } from './problem.ts';
import type { IngestRequest } from './request.ts';
import type { Warn } from './warn.ts';

/** Who sends events, and what it may send. */
export interface Caller {
  /** The same for all its requests, and nobody else's: of a key its hash. */
  readonly id: string;
  /** Types it may send; undefined for all. */
  readonly types: ReadonlySet<string> | undefined;
  readonly limits: KeyLimits;
}

/** Claim of a JSON Web Token that limits it to event types: their names, separated by spaces, or a list of them. */
export const TYPES_CLAIM = 'millrace_types';

const BEARER = /^Bearer +(\S+)$/i;

/**
 * Finds out who is calling: from what the gateway has checked (IAM or JWT routes), else by the write key, which comes as
 * `x-api-key`, as a bearer token, or in the query, as web hooks send it.
 *
 * @throws ProblemError as of {@link authorize}
 */
export async function identify(request: IngestRequest, keys: KeyChecker, warn: Warn): Promise<Caller> {
  const { authorizer, headers, accessToken } = request;
  const checked = iamCaller(authorizer) ?? jwtCaller(authorizer);
  if (checked !== undefined) return checked;
  const bearer = BEARER.exec(headers.authorization ?? '')?.[1];
  const { hash, limits } = await authorize(headers['x-api-key'] ?? bearer ?? accessToken, keys, warn);
  const { types } = limits;
  return { id: hash, types: types && new Set(types), limits };
}

/** @throws ProblemError `forbidden-type` when the caller may not send events of a type */
export function allowType(caller: Caller, type: string): void {
  if (caller.types === undefined || caller.types.has(type)) return;
  const listed = [...caller.types].join(', ');
  throw new ProblemError('forbidden-type', `the caller may send ${listed === '' ? 'nothing' : listed}`);
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
function iamCaller(authorizer: unknown): Caller | undefined {
  const arn = textAt(authorizer, 'iam', 'userArn');
  return arn === undefined ? undefined : { id: `iam:${arn}`, types: undefined, limits: {} };
}

function jwtCaller(authorizer: unknown): Caller | undefined {
  const subject =
    textAt(authorizer, 'jwt', 'claims', 'sub') ?? textAt(authorizer, 'jwt', 'claims', 'client_id');
  if (subject === undefined) return undefined;
  // The gateway hands every claim on as text; a list as "[a b]".
  const types = textAt(authorizer, 'jwt', 'claims', TYPES_CLAIM)
    ?.split(/[\s,[\]]+/)
    .filter(Boolean);
  return { id: `jwt:${subject}`, types: types && new Set(types), limits: {} };
}

function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  let found: unknown = value;
  for (const part of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[part];
  }
  return typeof found === 'string' && found !== '' ? found : undefined;
}
