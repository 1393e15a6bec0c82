import type { Identity } from '../ingest/routes.ts';
import type { Operation, Schema } from './types.ts';

/** What a deployment asks of callers, as far as the document tells of it. */
export interface ApiAccess {
  /** `local`: no cloud is involved; its gateway answers in its own way. */
  readonly gateway: 'local' | 'aws';
  /** Whether reading results needs a key. */
  readonly readKey: boolean;
  /** Whether there are routes for requests signed with SigV4. */
  readonly iam: boolean;
  /** Whose tokens are taken, and the scopes of which they need one. */
  readonly jwt: { readonly issuer: string; readonly scopes: readonly string[] } | undefined;
}

/** The ways of callers to say who they are, by name. */
export function securitySchemes({ iam, jwt }: ApiAccess): Readonly<Record<string, Schema>> {
  return {
    key: {
      type: 'apiKey',
      in: 'header',
      name: 'x-api-key',
      description: 'A write key, made with `npx millrace keys create`. In a local run the key is `local`.',
    },
    bearer: { type: 'http', scheme: 'bearer', description: 'A write key as a bearer token.' },
    accessToken: {
      type: 'apiKey',
      in: 'query',
      name: 'access_token',
      description: 'A write key in the query, for web hooks whose senders can set no header.',
    },
    ...(iam && {
      signature: {
        type: 'apiKey',
        in: 'header',
        name: 'authorization',
        description: 'A signature of AWS (SigV4) for the service `execute-api`.',
        'x-amazon-apigateway-authtype': 'awsSigv4',
      },
    }),
    ...(jwt !== undefined && {
      token: {
        type: 'openIdConnect',
        openIdConnectUrl: `${jwt.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
        description:
          'A JSON Web Token of the issuer. The claim `millrace_types`, where it is there, lists the types that may be sent.',
      },
    }),
  };
}

/** Who may send by routes of an identity. Any one of the scopes is enough. */
export function sendSecurity(identity: Identity, { jwt }: ApiAccess): Operation['security'] {
  switch (identity) {
    case 'key':
      return [{ key: [] }, { bearer: [] }, { accessToken: [] }];
    case 'iam':
      return [{ signature: [] }];
    case 'jwt':
      return jwt === undefined || jwt.scopes.length === 0
        ? [{ token: [] }]
        : jwt.scopes.map((scope) => ({ token: [scope] }));
  }
}

/** Who may read results. */
export const readSecurity = ({ readKey }: ApiAccess): Operation['security'] => (readKey ? [{ key: [] }] : []);
