import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Assembly, TemplateResource } from '../../../infra/assembly.ts';
import type { Bundler } from '../../../infra/constructs/function-bundles.ts';
import { type SynthesizeOptions, synthesize } from '../../../infra/millrace-app.ts';
import type { Pipeline } from '../../../shared/pipeline/index.ts';
import { samplePipelines } from './sample.ts';

/** A bundle for whatever function is asked for, without bundling. */
export const fakeBundler: Bundler = () => {
  const root = mkdtempSync(join(tmpdir(), 'millrace-test-'));
  return {
    metafile: { inputs: {}, outputs: {} },
    directoryOf(name) {
      const directory = join(root, name);
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, 'handler.mjs'), `export const handler = async () => '${name}';\n`);
      return directory;
    },
    dispose: () => rmSync(root, { recursive: true, force: true }),
  };
};

interface Made {
  readonly choices: string;
  readonly pipelines: readonly Pipeline[];
  readonly assembly: Assembly;
}
const made: Made[] = [];

/** The sample pipelines' templates, made once in a process for the same choices; the directory is gone afterwards. */
export function synthesizeSample(options: Partial<SynthesizeOptions> = {}): Assembly {
  const { pipelines = samplePipelines, bundler, checks, outdir, ...rest } = options;
  if (bundler !== undefined || checks !== undefined || outdir !== undefined) return synthesizeAnew(options);
  const choices = JSON.stringify(rest);
  const same = made.find(
    (one) =>
      one.choices === choices &&
      one.pipelines.length === pipelines.length &&
      one.pipelines.every((each, index) => each === pipelines[index]),
  );
  if (same !== undefined) return same.assembly;
  const assembly = frozen(synthesizeAnew(options));
  made.push({ choices, pipelines, assembly });
  return assembly;
}

/** Whoever else asks for it gets it as it was. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}

/** The same, whatever was made before. */
export function synthesizeAnew(options: Partial<SynthesizeOptions> = {}): Assembly {
  const outdir = mkdtempSync(join(tmpdir(), 'millrace-assembly-'));
  try {
    return synthesize({
      pipelines: samplePipelines,
      bundler: fakeBundler,
      validate: false,
      outdir,
      ...options,
    });
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

export interface Found {
  readonly stack: string;
  /** The construct's path, such as `Streams/Doors/Events`. */
  readonly path: string;
  readonly type: string;
  readonly resource: TemplateResource;
  // biome-ignore lint/suspicious/noExplicitAny: assertions look into whatever CloudFormation has there
  readonly properties: any;
}

const pathOf = (resource: TemplateResource): string =>
  String((resource.Metadata as Record<string, unknown> | undefined)?.['aws:cdk:path']).replace(
    /\/Resource$/,
    '',
  );

/** All resources of a type, in all stacks. */
export const resources = (assembly: Assembly, type?: string): Found[] =>
  assembly.stacks.flatMap(({ id, template }) =>
    Object.values(template.Resources)
      .filter((resource) => type === undefined || resource.Type === type)
      .map((resource) => ({
        stack: id,
        path: pathOf(resource),
        type: resource.Type,
        resource,
        properties: resource.Properties ?? {},
      })),
  );

/** The one resource of that path. */
export function resource(assembly: Assembly, path: string): Found {
  const found = resources(assembly).find((candidate) => candidate.path === path);
  if (found === undefined) throw new Error(`no resource ${path}`);
  return found;
}

/**
 * Reads a value of a template with its references resolved, across stacks: a resource by its path, an attribute
 * other than its ARN by `path.Attribute`, a pseudo parameter by `<name>`.
 */
export const read = (assembly: Assembly, stackId: string, value: unknown): string =>
  namesToPaths(assembly, resolve(assembly, stackId, value));

/** The properties by which resources are named that others refer to by name. */
const NAMES = ['Name', 'TableName', 'TopicName'];
const NAMED_TYPES = /^AWS::(Kinesis::Stream|DynamoDB::Table|SNS::Topic|SecretsManager::Secret)$/;

/** Puts the path of a resource wherever its name is, or its ARN made of its name. */
function namesToPaths(assembly: Assembly, text: string): string {
  return resources(assembly)
    .filter(({ type }) => NAMED_TYPES.test(type))
    .reduce(
      (sofar, { path, properties }) => {
        const name: string = NAMES.map((property) => properties[property]).find((each) => each !== undefined);
        const arn = 'arn:<Partition>:\\w+:<Region>:<AccountId>:(?:stream/|table/|secret:)?';
        return sofar.replace(new RegExp(`(?:${arn})?\\b${name}(?:-\\?{6})?(?![\\w-])`, 'g'), path);
      },
      text.replaceAll('arn:<Partition>:s3:::', ''),
    );
}

function resolve(assembly: Assembly, stackId: string, value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const stack = assembly.stacks.find(({ id }) => id === stackId)!;
  const [[intrinsic, argument]] = Object.entries(value) as [[string, unknown]];
  const pathOfId = (id: string) => {
    const target = stack.template.Resources[id];
    if (target === undefined) throw new Error(`${stackId} has no resource ${id}`);
    return pathOf(target);
  };
  switch (intrinsic) {
    case 'Ref':
      return String(argument).startsWith('AWS::')
        ? `<${String(argument).slice(5)}>`
        : pathOfId(String(argument));
    case 'Fn::GetAtt': {
      const [id, attribute] = argument as [string, string];
      return attribute === 'Arn' ? pathOfId(id) : `${pathOfId(id)}.${attribute}`;
    }
    case 'Fn::Join':
      return (argument as [string, unknown[]])[1].map((part) => resolve(assembly, stackId, part)).join('');
    case 'Fn::ImportValue': {
      for (const { id, template } of assembly.stacks) {
        const output = Object.values(template.Outputs ?? {}).find(({ Export }) => Export?.Name === argument);
        if (output !== undefined) return resolve(assembly, id, output.Value);
      }
      throw new Error(`no stack exports ${String(argument)}`);
    }
    default:
      throw new Error(`unknown intrinsic ${intrinsic}`);
  }
}
