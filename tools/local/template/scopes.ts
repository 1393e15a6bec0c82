import { ACCOUNT, localArn, PARTITION, REGION } from '../place.ts';
import { attributeOf, type NamedResource, refOf } from './attributes.ts';
import { resolve, type Scope } from './intrinsics.ts';
import { generatedName, nameProperty } from './physical.ts';
import { type Assembly, type Stack, type Template, TemplateError } from './types.ts';

/** A resource of an assembly with its intrinsic functions resolved. */
export interface Resource extends NamedResource {
  readonly stack: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Path of its construct, if the template tells: `stack/Pipeline/Fire/Function/Resource`. */
  readonly path: string | undefined;
}

/**
 * Resolves every resource of every stack to local values.
 *
 * @param apiUrl - what an HTTP API's endpoint is
 * @param wanted - which types to resolve fully; the others only need their names
 * @throws TemplateError when something refers to what does not exist
 */
export function resolveResources(
  assembly: Assembly,
  apiUrl: string,
  wanted: (type: string) => boolean,
): Resource[] {
  return stackScopes(assembly, apiUrl).flatMap(({ stack, scope }) =>
    Object.entries(stack.template.Resources ?? {})
      .filter(([, { Condition }]) => Condition === undefined || scope.condition(Condition))
      .map(([logicalId, { Type, Properties, Metadata }]) => ({
        stack: stack.name,
        logicalId,
        type: Type,
        name: scope.named(logicalId).name,
        path: Metadata?.['aws:cdk:path']?.toString(),
        properties: wanted(Type) ? (resolve(Properties ?? {}, scope) as Record<string, unknown>) : {},
      })),
  );
}

/**
 * The outputs that people and programs read, by name; those that the CDK has made up for other stacks are left out.
 *
 * @throws TemplateError when one refers to what does not exist
 */
export function resolveOutputs(assembly: Assembly, apiUrl: string): Record<string, string> {
  return Object.fromEntries(
    stackScopes(assembly, apiUrl).flatMap(({ stack, scope }) =>
      Object.entries(stack.template.Outputs ?? {})
        .filter(([name]) => !name.startsWith('ExportsOutput'))
        .map(([name, { Value }]): [string, string] => [name, String(resolve(Value, scope))]),
    ),
  );
}

function stackScopes(assembly: Assembly, apiUrl: string): { stack: Stack; scope: StackScope }[] {
  const scopes = assembly.stacks.map((stack) => ({ stack, scope: stackScope(stack, apiUrl, importValue) }));
  function importValue(name: string): unknown {
    for (const { stack, scope } of scopes) {
      for (const { Export, Value } of Object.values(stack.template.Outputs ?? {})) {
        if (Export !== undefined && resolve(Export.Name, scope) === name) return resolve(Value, scope);
      }
    }
    throw new TemplateError(`no stack exports "${name}"`);
  }
  return scopes;
}

interface StackScope extends Scope {
  named(logicalId: string): NamedResource;
}

function stackScope(stack: Stack, apiUrl: string, importValue: (name: string) => unknown): StackScope {
  const { template } = stack;
  const names = new Map<string, NamedResource>();
  const scope: StackScope = {
    ref: (logicalId) => pseudo(logicalId, stack) ?? parameter(logicalId, template) ?? refTo(logicalId),
    getAtt: (logicalId, attribute) => attributeOf(scope.named(logicalId), attribute, apiUrl),
    importValue,
    condition(name) {
      const condition = template.Conditions?.[name];
      if (condition === undefined) throw new TemplateError(`${stack.name} has no condition "${name}"`);
      return resolve(condition, scope) === true;
    },
    inMap(map, key, second) {
      const value = template.Mappings?.[map]?.[key]?.[second];
      if (value === undefined)
        throw new TemplateError(`${stack.name}: no ${map}.${key}.${second} in Mappings`);
      return value;
    },
    named(logicalId) {
      let resource = names.get(logicalId);
      if (resource === undefined) {
        resource = name(logicalId);
        names.set(logicalId, resource);
      }
      return resource;
    },
  };
  function refTo(logicalId: string): string {
    const { Type = '', Properties = {} } = template.Resources?.[logicalId] ?? {};
    // A version or an alias of a function is the function itself: there is only one of its code here.
    return /^AWS::Lambda::(Version|Alias)$/.test(Type)
      ? localArn('lambda', `function:${String(resolve(Properties.FunctionName, scope)).split(':').at(-1)}`)
      : refOf(scope.named(logicalId));
  }
  function name(logicalId: string): NamedResource {
    const raw = template.Resources?.[logicalId];
    if (raw === undefined) throw new TemplateError(`${stack.name} has no resource "${logicalId}"`);
    const property = nameProperty(raw.Type);
    const given = property === undefined ? undefined : resolve(raw.Properties?.[property], scope);
    const generated = generatedName(stack.name, logicalId, raw.Type);
    return { logicalId, type: raw.Type, name: typeof given === 'string' ? given : generated };
  }
  return scope;
}

function pseudo(name: string, stack: Stack): unknown {
  switch (name) {
    case 'AWS::Region':
      return REGION;
    case 'AWS::AccountId':
      return ACCOUNT;
    case 'AWS::Partition':
      return PARTITION;
    case 'AWS::URLSuffix':
      return 'amazonaws.com';
    case 'AWS::StackName':
      return stack.name;
    case 'AWS::StackId':
      return localArn('cloudformation', `stack/${stack.name}/local`);
    case 'AWS::NotificationARNs':
      return [];
    default:
      return undefined;
  }
}

function parameter(name: string, template: Template): unknown {
  const declared = template.Parameters?.[name];
  if (declared === undefined) return undefined;
  if (declared.Default === undefined) {
    throw new TemplateError(`parameter "${name}" has no default, and a local run has no other value for it`);
  }
  return declared.Type === 'CommaDelimitedList' ? String(declared.Default).split(',') : declared.Default;
}
