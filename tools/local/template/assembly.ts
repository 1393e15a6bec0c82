import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Assembly, type Stack, type Template, TemplateError } from './types.ts';

const Manifest = z.object({
  artifacts: z
    .record(
      z.string(),
      z.object({
        type: z.string(),
        displayName: z.string().optional(),
        properties: z
          .object({
            templateFile: z.string().optional(),
            stackName: z.string().optional(),
            directoryName: z.string().optional(),
            file: z.string().optional(),
          })
          .optional(),
      }),
    )
    .default({}),
});

const AssetManifest = z.object({
  files: z
    .record(
      z.string(),
      z.object({
        source: z.object({ path: z.string().optional() }),
        destinations: z.record(z.string(), z.object({ objectKey: z.string().optional() })),
      }),
    )
    .default({}),
});

/**
 * Reads a cloud assembly, the directory that `cdk synth` writes, nested assemblies (CDK stages) included.
 *
 * @throws TemplateError when a file of it is missing or is not what the cloud assembly schema says
 * @see https://docs.aws.amazon.com/cdk/v2/guide/deploy.html#deploy-how-synth-app
 */
export function loadAssembly(directory: string): Assembly {
  const stacks: Stack[] = [];
  const assets = new Map<string, string>();
  read(directory, stacks, assets);
  return { stacks, assets };
}

function read(directory: string, stacks: Stack[], assets: Map<string, string>): void {
  const { artifacts } = parse(join(directory, 'manifest.json'), Manifest);
  for (const [id, { type, properties = {} }] of Object.entries(artifacts)) {
    if (type === 'aws:cloudformation:stack' && properties.templateFile !== undefined) {
      const template = json(join(directory, properties.templateFile)) as Template;
      stacks.push({ name: properties.stackName ?? id, template });
    } else if (type === 'cdk:asset-manifest' && properties.file !== undefined) {
      readAssets(directory, properties.file, assets);
    } else if (type === 'cdk:cloud-assembly' && properties.directoryName !== undefined) {
      read(join(directory, properties.directoryName), stacks, assets);
    }
  }
}

function readAssets(directory: string, file: string, assets: Map<string, string>): void {
  for (const { source, destinations } of Object.values(parse(join(directory, file), AssetManifest).files)) {
    if (source.path === undefined) continue;
    for (const { objectKey } of Object.values(destinations)) {
      if (objectKey !== undefined) assets.set(objectKey, join(directory, source.path));
    }
  }
}

function parse<T>(file: string, schema: z.ZodType<T>): T {
  const result = schema.safeParse(json(file));
  if (!result.success) throw new TemplateError(`${file}: ${z.prettifyError(result.error)}`);
  return result.data;
}

function json(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new TemplateError(`cannot read ${file}: ${String(error)}`);
  }
}
