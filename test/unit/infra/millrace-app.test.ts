import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Assembly } from '../../../infra/assembly.ts';
import { synthesize } from '../../../infra/millrace-app.ts';
import { samplePipelines } from './sample.ts';
import { fakeBundler, resources, synthesizeSample } from './support.ts';

const templates = ({ stacks }: Assembly) =>
  Object.fromEntries(stacks.map(({ id, template }) => [id, template]));

test('the templates are valid CloudFormation', () => {
  expect(() => synthesizeSample({ environment: 'prod', validate: true })).not.toThrow();
});

test('two runs give the same templates', () => {
  expect(templates(synthesizeSample({ environment: 'dev' }))).toEqual(
    templates(synthesizeSample({ environment: 'dev' })),
  );
});

test('the directory has the code of every function under its S3 key', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'millrace-assembly-'));
  try {
    const assembly = synthesize({
      pipelines: samplePipelines,
      bundler: fakeBundler,
      validate: false,
      outdir,
    });
    expect(assembly.directory).toBe(outdir);
    for (const { properties } of resources(assembly, 'AWS::Lambda::Function')) {
      const hash = properties.Code.S3Key.replace('.zip', '');
      expect(readdirSync(join(outdir, `asset.${hash}`))).toEqual(['handler.mjs']);
    }
    for (const { templateFile, template } of assembly.stacks) {
      expect(JSON.parse(readFileSync(templateFile, 'utf8'))).toEqual(template);
    }
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
});

test('bundles are disposed of, even when building fails', () => {
  let directory = '';
  const bundler: typeof fakeBundler = (options) => {
    const bundles = fakeBundler(options);
    return {
      ...bundles,
      directoryOf(name) {
        if (name === 'query') throw new Error('functions/query/handler.ts is missing');
        directory = bundles.directoryOf(name);
        return directory;
      },
    };
  };
  expect(() => synthesizeSample({ bundler })).toThrow('functions/query/handler.ts is missing');
  expect(directory).not.toBe('');
  expect(existsSync(directory)).toBe(false);
});

test('two deployments in one account share no name', () => {
  const names = (assembly: Assembly) =>
    assembly.stacks.flatMap(({ stackName, template }) => [
      stackName,
      ...Object.values(template.Outputs ?? {}).flatMap(({ Export }) => (Export ? [String(Export.Name)] : [])),
    ]);
  const [one, other] = [synthesizeSample({ prefix: 'one' }), synthesizeSample({ prefix: 'other' })];
  expect(names(one).filter((name) => names(other).includes(name))).toEqual([]);
  expect(names(one)[0]).toBe('one-dev-streams');
});

test('nothing has a name of its own that could be taken, and there are no custom resources', () => {
  const named = [
    'AlarmName',
    'BucketName',
    'FunctionName',
    'LogGroupName',
    'PolicyName',
    'RoleName',
    'StreamName',
    'TableName',
    'TopicName',
  ];
  for (const { path, type, properties } of resources(synthesizeSample())) {
    expect([path, type]).not.toEqual([
      path,
      expect.stringMatching(/^(Custom::|AWS::CloudFormation::CustomResource)/),
    ]);
    for (const name of named) {
      if (typeof properties[name] !== 'string') continue;
      // The name of an inline policy is unique within its role.
      expect([path, name, type]).toEqual([path, 'PolicyName', 'AWS::IAM::Policy']);
    }
  }
});
