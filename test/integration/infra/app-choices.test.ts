import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

test('an impossible choice is answered in one sentence', async () => {
  const context = JSON.stringify({ env: 'production' });
  await expect(
    run(process.execPath, ['--import', 'tsx', 'infra/app.ts'], {
      env: { ...process.env, CDK_CONTEXT_JSON: context },
    }),
  ).rejects.toMatchObject({
    code: 1,
    stderr: '"production" is not an environment: use one of local, dev, stage, prod\n',
  });
});
