import type { IncomingMessage } from 'node:http';
import type { AuthorizerSpec } from '../../template/model.ts';
import { verifySignature } from './sigv4.ts';
import type { Tokens } from './tokens.ts';

/** What the gateway found out: who is calling, as the function is told it, or how the request is refused. */
export type Authorized =
  | { readonly context: Readonly<Record<string, unknown>> | undefined }
  | { readonly status: 401 | 403; readonly detail: string };

/**
 * Checks what a route's authorizer checks in AWS.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
 */
export async function authorizeRequest(
  spec: AuthorizerSpec | undefined,
  request: IncomingMessage,
  body: Buffer,
  tokens: Tokens,
): Promise<Authorized> {
  switch (spec?.kind) {
    case undefined:
      return { context: undefined };
    case 'iam':
      return verifySignature(request, body);
    case 'jwt':
      return tokens.check(spec, request.headers.authorization);
  }
}
