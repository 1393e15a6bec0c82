import { z } from 'zod';
import { nameInArn } from '../place.ts';
import { arnOf } from './attributes.ts';
import type { AuthorizerSpec, CorsSpec, RouteSpec, ScheduleSpec } from './model.ts';
import { number, read } from './properties.ts';
import type { Resource } from './scopes.ts';

const Rule = z.object({
  ScheduleExpression: z.string().optional(),
  State: z.string().default('ENABLED'),
  Targets: z
    .array(
      z.object({ Arn: z.string(), Input: z.string().optional(), InputTransformer: z.unknown().optional() }),
    )
    .default([]),
});

/** `undefined` for a disabled rule, and, with the reason among `leftOut`, for a rule that waits for events. */
export function scheduleSpec(resource: Resource, leftOut: string[]): ScheduleSpec | undefined {
  const rule = read(resource, Rule);
  if (rule.State === 'DISABLED') return undefined;
  if (rule.ScheduleExpression === undefined) {
    leftOut.push(`rule ${resource.logicalId}: only schedules are run here, not event patterns`);
    return undefined;
  }
  const targets = rule.Targets.filter(({ Arn, InputTransformer }) => {
    const runs = Arn.includes(':lambda:') && InputTransformer === undefined;
    if (!runs) leftOut.push(`rule ${resource.logicalId}: its target ${Arn}`);
    return runs;
  });
  return {
    name: resource.name,
    arn: arnOf(resource),
    expression: rule.ScheduleExpression,
    targets: targets.map(({ Arn, Input }) => ({ functionName: nameInArn(Arn), input: Input })),
  };
}

const Integration = z.object({
  IntegrationUri: z.string().default(''),
  PayloadFormatVersion: z.string().default('1.0'),
  TimeoutInMillis: number.default(30_000),
});

const Route = z.object({
  RouteKey: z.string(),
  Target: z.string().optional(),
  AuthorizationType: z.string().default('NONE'),
  AuthorizerId: z.string().optional(),
  AuthorizationScopes: z.array(z.string()).default([]),
});

/** The routes of all HTTP APIs together: one local port serves them all. */
export function routeSpecs(resources: readonly Resource[], leftOut: string[]): RouteSpec[] {
  const integrations = new Map(
    resources
      .filter(({ type }) => type === 'AWS::ApiGatewayV2::Integration')
      .map((resource) => [`integrations/${resource.name}`, read(resource, Integration)]),
  );
  return resources
    .filter(({ type }) => type === 'AWS::ApiGatewayV2::Route')
    .flatMap((resource) => {
      const route = read(resource, Route);
      const { RouteKey, Target } = route;
      const integration = integrations.get(Target ?? '');
      const arn = functionArn(integration?.IntegrationUri ?? '');
      if (integration === undefined || arn === undefined || integration.PayloadFormatVersion !== '2.0') {
        leftOut.push(`route ${RouteKey}: only Lambda integrations of payload format 2.0 are run here`);
        return [];
      }
      const authorizer = authorizerSpec(route, resources);
      if (authorizer === undefined && route.AuthorizationType !== 'NONE') {
        leftOut.push(`route ${RouteKey}: ${route.AuthorizationType} authorization`);
      }
      const spec = { key: RouteKey, functionName: nameInArn(arn), timeoutMs: integration.TimeoutInMillis };
      return [authorizer === undefined ? spec : { ...spec, authorizer }];
    });
}

const Authorizer = z.object({
  JwtConfiguration: z.object({ Issuer: z.string(), Audience: z.array(z.string()).default([]) }),
});

function authorizerSpec(
  { AuthorizationType, AuthorizerId, AuthorizationScopes }: z.infer<typeof Route>,
  resources: readonly Resource[],
): AuthorizerSpec | undefined {
  if (AuthorizationType === 'AWS_IAM') return { kind: 'iam' };
  if (AuthorizationType !== 'JWT') return undefined;
  const found = resources.find(
    ({ type, name }) => type === 'AWS::ApiGatewayV2::Authorizer' && name === AuthorizerId,
  );
  if (found === undefined) return undefined;
  const { Issuer, Audience } = read(found, Authorizer).JwtConfiguration;
  return { kind: 'jwt', issuer: Issuer, audience: Audience, scopes: AuthorizationScopes };
}

const texts = z.array(z.string()).default([]);

const Api = z.object({
  CorsConfiguration: z
    .object({
      AllowOrigins: texts,
      AllowMethods: texts,
      AllowHeaders: texts,
      ExposeHeaders: texts,
      MaxAge: number.optional(),
    })
    .optional(),
});

/** What the first HTTP API that says anything of it says of other sites. */
export function corsSpec(resources: readonly Resource[]): CorsSpec | undefined {
  const [cors] = resources
    .filter(({ type }) => type === 'AWS::ApiGatewayV2::Api')
    .flatMap((resource) => read(resource, Api).CorsConfiguration ?? []);
  return (
    cors && {
      origins: cors.AllowOrigins,
      methods: cors.AllowMethods,
      headers: cors.AllowHeaders,
      exposed: cors.ExposeHeaders,
      maxAge: cors.MaxAge,
    }
  );
}

/** An integration names its function by ARN, alone or inside `.../functions/<arn>/invocations`. */
function functionArn(uri: string): string | undefined {
  return /arn:[^:]+:lambda:[^:]*:\d*:function:[^/]+/.exec(uri)?.[0];
}
