import type { Deployment } from './constructs/deployment.ts';

/** Turns a declaration's name into a construct's: `network-traffic` becomes `NetworkTraffic`. */
export const pascalCase = (name: string): string =>
  name.replace(/(?:^|-)([a-z0-9])/g, (_, first: string) => first.toUpperCase());

/** What deployments are told apart by, in one account and region. */
export const deploymentName = ({ prefix, environment }: Pick<Deployment, 'prefix' | 'environment'>): string =>
  `${prefix}-${environment.name}`;

/**
 * The physical name of what other stacks refer to. Neither prefixes nor names of pipelines and stages have underscores,
 * so two different lists of parts never give one name.
 */
export const physicalName = (
  deployment: Pick<Deployment, 'prefix' | 'environment'>,
  ...parts: readonly [string, ...string[]]
): string => [deploymentName(deployment), ...parts].join('_');

/** Under which name the stack that holds data exports the name of the lake's bucket. */
export const lakeExport = (deployment: Pick<Deployment, 'prefix' | 'environment'>): string =>
  `${deploymentName(deployment)}:lake`;
