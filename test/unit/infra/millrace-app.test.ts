import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Assembly } from '../../../infra/assembly.ts';
import { synthesize } from '../../../infra/millrace-app.ts';
import { ANSWERS_FILE } from '../../../shared/openapi/paths.ts';
import { samplePipelines } from './sample.ts';
import { fakeBundler, resources, synthesizeAnew, synthesizeSample } from './support.ts';

const templates = ({ stacks }: Assembly) =>
  Object.fromEntries(stacks.map(({ id, template }) => [id, template]));

test('the templates are valid CloudFormation', () => {
  expect(() => synthesizeSample({ environment: 'prod', validate: true })).not.toThrow();
});

test('two runs give the same templates', () => {
  expect(templates(synthesizeAnew({ environment: 'dev' }))).toEqual(
    templates(synthesizeAnew({ environment: 'dev' })),
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
      const files = readdirSync(join(outdir, `asset.${hash}`));
      expect(files.filter((file) => file !== ANSWERS_FILE)).toEqual(['handler.mjs']);
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
        if (name === 'window') throw new Error('functions/window/handler.ts is missing');
        directory = bundles.directoryOf(name);
        return directory;
      },
    };
  };
  expect(() => synthesizeSample({ bundler })).toThrow('functions/window/handler.ts is missing');
  expect(directory).not.toBe('');
  expect(existsSync(directory)).toBe(false);
});
