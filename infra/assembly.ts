import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import type { Environment } from './environment.ts';

/** A CloudFormation template as JSON, as far as everybody needs to look into it. */
export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, TemplateOutput>>;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly [attribute: string]: unknown;
}

export interface TemplateOutput {
  readonly Value: unknown;
  readonly Description?: string;
  readonly Export?: { readonly Name: unknown };
}

export interface SynthesizedStack {
  /** `Streams`, `Ingestion`, `Processing` or `Query`. */
  readonly id: string;
  readonly stackName: string;
  readonly template: Template;
  /** Absolute path of the template. */
  readonly templateFile: string;
  /** The ids of the stacks to deploy before it. */
  readonly dependencies: readonly string[];
}

/** The whole application: templates, and beside them in the directory the code as assets. */
export interface Assembly {
  readonly directory: string;
  readonly environment: Environment;
  /** In an order in which they can be deployed. */
  readonly stacks: readonly SynthesizedStack[];
}

/** Reads what the construct library has written. */
export function readAssembly(cloud: CloudAssembly, environment: Environment): Assembly {
  const ids = new Set(cloud.stacks.map(({ id }) => id));
  return {
    directory: cloud.directory,
    environment,
    stacks: cloud.stacks.map((stack) => ({
      id: stack.id,
      stackName: stack.stackName,
      template: stack.template as Template,
      templateFile: stack.templateFullPath,
      dependencies: stack.dependencies.map(({ id }) => id).filter((id) => ids.has(id)),
    })),
  };
}
