import type { RouteSpec } from '../template/model.ts';

/** What a request's method and path lead to. */
export type Match =
  | {
      readonly kind: 'route';
      readonly route: RouteSpec;
      /** Decoded path parameters. */
      readonly parameters: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'methodNotAllowed'; readonly allow: readonly string[] }
  | { readonly kind: 'notFound' };

interface Compiled {
  readonly route: RouteSpec;
  readonly method: string;
  readonly segments: readonly string[];
}

/**
 * Finds the route of a request: the most specific path wins, segment by segment a text over a parameter over a greedy
 * parameter, and for the same path the method over `ANY`; `$default` takes the rest.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export class Router {
  readonly #routes: readonly Compiled[];
  readonly #fallback: RouteSpec | undefined;

  constructor(routes: readonly RouteSpec[]) {
    this.#fallback = routes.find(({ key }) => key === '$default');
    this.#routes = routes
      .filter(({ key }) => key !== '$default')
      .map(compile)
      .sort(bySpecificity);
  }

  match(requested: string, path: string): Match {
    // API Gateway would refuse HEAD, but what waits for a server to come up asks with it.
    const method = requested === 'HEAD' ? 'GET' : requested;
    const segments = path.split('/').slice(1);
    const allow = new Set<string>();
    for (const { route, method: wanted, segments: pattern } of this.#routes) {
      const parameters = matchSegments(pattern, segments);
      if (parameters === undefined) continue;
      if (wanted === 'ANY' || wanted === method) return { kind: 'route', route, parameters };
      allow.add(wanted);
    }
    if (this.#fallback !== undefined) return { kind: 'route', route: this.#fallback, parameters: {} };
    return allow.size > 0 ? { kind: 'methodNotAllowed', allow: [...allow] } : { kind: 'notFound' };
  }
}

function compile(route: RouteSpec): Compiled {
  const [method = '', path = ''] = route.key.split(' ');
  return { route, method, segments: path.split('/').slice(1) };
}

function bySpecificity(left: Compiled, right: Compiled): number {
  const length = Math.max(left.segments.length, right.segments.length);
  for (let at = 0; at < length; at += 1) {
    const difference = rank(left.segments[at]) - rank(right.segments[at]);
    if (difference !== 0) return difference;
  }
  return Number(left.method === 'ANY') - Number(right.method === 'ANY');
}

function rank(segment: string | undefined): number {
  if (segment === undefined) return 0;
  if (segment.endsWith('+}')) return 3;
  return segment.startsWith('{') ? 2 : 1;
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [at, part] of pattern.entries()) {
    const [, name, greedy] = /^\{([^}+]+)(\+?)\}$/.exec(part) ?? [];
    const segment = segments[at];
    if (segment === undefined) return undefined;
    if (greedy === '+' && name !== undefined) {
      const rest = segments.slice(at).join('/');
      return rest === '' ? undefined : { ...parameters, [name]: decode(rest) };
    }
    if (name === undefined ? part !== segment : segment === '') return undefined;
    if (name !== undefined) parameters[name] = decode(segment);
  }
  return pattern.length === segments.length ? parameters : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
