import { z } from 'zod';
import { nameInArn } from '../place.ts';
import { arnOf } from './attributes.ts';
import type { RouteSpec, ScheduleSpec } from './model.ts';
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
      const { RouteKey, Target, AuthorizationType } = read(resource, Route);
      const integration = integrations.get(Target ?? '');
      const arn = functionArn(integration?.IntegrationUri ?? '');
      if (integration === undefined || arn === undefined || integration.PayloadFormatVersion !== '2.0') {
        leftOut.push(`route ${RouteKey}: only Lambda integrations of payload format 2.0 are run here`);
        return [];
      }
      if (AuthorizationType !== 'NONE') leftOut.push(`route ${RouteKey}: ${AuthorizationType} authorization`);
      return [{ key: RouteKey, functionName: nameInArn(arn), timeoutMs: integration.TimeoutInMillis }];
    });
}

/** An integration names its function by ARN, alone or inside `.../functions/<arn>/invocations`. */
function functionArn(uri: string): string | undefined {
  return /arn:[^:]+:lambda:[^:]*:\d*:function:[^/]+/.exec(uri)?.[0];
}
