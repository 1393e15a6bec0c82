import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { synthesize } from '../../infra/millrace-app.ts';
import { pipelines } from '../../shared/pipelines/index.ts';

const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), 'millrace-synth-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** An environment without credentials, profile or region, nor a home to find them in. */
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'))),
  HOME: directory,
  AWS_EC2_METADATA_DISABLED: 'true',
};

test('the CLI synthesizes without an AWS account what the local run synthesizes in process', async () => {
  const output = join(directory, 'cli');
  const cdk = ['node_modules/aws-cdk/bin/cdk', 'synth', '--quiet', '--output', output];
  await run(process.execPath, [...cdk, '-c', 'env=local', '-c', 'shards=2'], { env });
  const { stacks } = synthesize({
    pipelines,
    environment: 'local',
    shards: 2,
    validate: false,
    outdir: join(directory, 'own'),
  });
  expect(stacks).toHaveLength(4);
  for (const { id, template } of stacks) {
    expect(JSON.parse(readFileSync(join(output, `${id}.template.json`), 'utf8'))).toEqual(template);
  }
}, 120_000);
