/**
 * `npm run deploy -- <arguments of cdk deploy>`: deploys all stacks to AWS, then forbids updates to replace what holds data, where the
 * environment keeps its data. The CDK sets no stack policies itself. Account and region come from the environment, as for the AWS
 * CLI: `AWS_PROFILE=prod npm run deploy -- -c env=prod`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { loadAssembly } from '../local/template/assembly.ts';
import { protectStacks } from './stack-policy.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CDK = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');

const outdir = mkdtempSync(join(tmpdir(), 'millrace-deploy-'));
try {
  const args = ['deploy', '--all', '--output', outdir, ...process.argv.slice(2)];
  const child = spawn(process.execPath, [CDK, ...args], { cwd: ROOT, stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) {
    const names = await protectStacks(new CloudFormationClient(), loadAssembly(outdir).stacks);
    if (names.length > 0) console.log(`Updates cannot replace what holds data in ${names.join(', ')}`);
  }
  process.exitCode = code ?? 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
