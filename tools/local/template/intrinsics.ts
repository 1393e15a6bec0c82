import { isObject, TemplateError } from './types.ts';

/** What intrinsic functions look things up in: one stack among its fellows. */
export interface Scope {
  ref(logicalId: string): unknown;
  getAtt(logicalId: string, attribute: string): unknown;
  importValue(name: string): unknown;
  condition(name: string): boolean;
  inMap(map: string, key: string, second: string): unknown;
}

/** Stands for `AWS::NoValue`: the property or list element that holds it does not exist. */
const ABSENT = Symbol('AWS::NoValue');

/**
 * Replaces the intrinsic functions in a part of a template by their values; `undefined` for `AWS::NoValue`.
 *
 * @throws TemplateError for a function that is unknown, malformed or names what does not exist
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
export function resolve(value: unknown, scope: Scope): unknown {
  const resolved = walk(value, scope);
  return resolved === ABSENT ? undefined : resolved;
}

function walk(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item) => walk(item, scope)).filter((item) => item !== ABSENT);
  if (!isObject(value)) return value;
  const [[name, argument] = ['', undefined], ...others] = Object.entries(value);
  if (others.length === 0 && (name === 'Ref' || name === 'Condition' || name.startsWith('Fn::'))) {
    return call(name, argument, scope);
  }
  const entries = Object.entries(value).map(([key, item]) => [key, walk(item, scope)] as const);
  return Object.fromEntries(entries.filter(([, item]) => item !== ABSENT));
}

function call(name: string, argument: unknown, scope: Scope): unknown {
  switch (name) {
    case 'Ref':
      return argument === 'AWS::NoValue' ? ABSENT : scope.ref(text(argument, name));
    case 'Condition':
      return typeof argument === 'string' ? scope.condition(argument) : { Condition: walk(argument, scope) };
    case 'Fn::GetAtt': {
      const path = typeof argument === 'string' ? argument.split('.') : list(argument, scope, name);
      const [logicalId, ...attribute] = path.map((part) => text(part, name));
      return scope.getAtt(logicalId ?? '', attribute.join('.'));
    }
    case 'Fn::ImportValue':
      return scope.importValue(text(walk(argument, scope), name));
    case 'Fn::Sub':
      return substitute(argument, scope);
    case 'Fn::Join': {
      const [separator, parts] = list(argument, scope, name);
      return list(parts, scope, name)
        .map((part) => text(part, name))
        .join(text(separator, name));
    }
    case 'Fn::Select': {
      const [index, items] = list(argument, scope, name);
      const item = list(items, scope, name)[Number(index)];
      if (item === undefined) throw new TemplateError(`Fn::Select: nothing at index ${String(index)}`);
      return item;
    }
    case 'Fn::Split': {
      const [separator, whole] = list(argument, scope, name);
      return text(whole, name).split(text(separator, name));
    }
    case 'Fn::If': {
      const [condition, yes, no] = Array.isArray(argument) ? argument : [];
      return walk(scope.condition(text(condition, name)) ? yes : no, scope);
    }
    case 'Fn::Equals': {
      const [left, right] = list(argument, scope, name);
      return JSON.stringify(left) === JSON.stringify(right);
    }
    case 'Fn::And':
      return list(argument, scope, name).every(Boolean);
    case 'Fn::Or':
      return list(argument, scope, name).some(Boolean);
    case 'Fn::Not':
      return !list(argument, scope, name)[0];
    case 'Fn::FindInMap': {
      const [map, key, second] = list(argument, scope, name);
      return scope.inMap(text(map, name), text(key, name), text(second, name));
    }
    case 'Fn::Base64':
      return Buffer.from(text(walk(argument, scope), name)).toString('base64');
    case 'Fn::GetAZs':
      return ['a', 'b', 'c'].map((zone) => `${text(scope.ref('AWS::Region'), name)}${zone}`);
    default:
      throw new TemplateError(`the intrinsic function ${name} is not known to the local run`);
  }
}

/** `${Name}` and `${Name.Attribute}`, with `${!Literal}` left as `${Literal}`. */
function substitute(argument: unknown, scope: Scope): string {
  const [pattern, names] = Array.isArray(argument) ? argument : [argument, {}];
  const given = walk(names, scope);
  return text(pattern, 'Fn::Sub').replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, inner: string) => {
    if (literal !== '') return `\${${inner}}`;
    const name = inner.trim();
    if (isObject(given) && name in given) return text(given[name], 'Fn::Sub');
    const dot = name.indexOf('.');
    const value = dot < 0 ? scope.ref(name) : scope.getAtt(name.slice(0, dot), name.slice(dot + 1));
    return text(value, 'Fn::Sub');
  });
}

function text(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TemplateError(`${where}: expected a string, found ${JSON.stringify(value)}`);
}

function list(value: unknown, scope: Scope, where: string): unknown[] {
  const resolved = walk(value, scope);
  if (Array.isArray(resolved)) return resolved;
  throw new TemplateError(`${where}: expected a list, found ${JSON.stringify(value)}`);
}
