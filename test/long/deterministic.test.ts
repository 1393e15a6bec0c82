import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { bundleFunctions } from '../../infra/constructs/function-bundles.ts';
import { resources, synthesizeSample } from '../unit/infra/support.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const elsewhere = mkdtempSync(join(tmpdir(), 'millrace-elsewhere-'));
afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));
for (const folder of ['functions', 'shared'])
  cpSync(join(checkout, folder), join(elsewhere, folder), { recursive: true });
cpSync(join(checkout, 'package.json'), join(elsewhere, 'package.json'));
symlinkSync(join(checkout, 'node_modules'), join(elsewhere, 'node_modules'));

/** Templates, hashes of the code in them, as made from the sources in a folder. */
const synthesizedFrom = (root: string) =>
  synthesizeSample({
    environment: 'prod',
    encryption: 'customer',
    bundler: (options) => bundleFunctions({ ...options, root, native: false }),
  });

test('the same sources in another folder give the same code and the same templates, so that a diff is empty', () => {
  const [one, other] = [synthesizedFrom(checkout), synthesizedFrom(elsewhere)];
  expect(other.stacks).toHaveLength(one.stacks.length);
  for (const [index, { id, template }] of one.stacks.entries()) {
    expect([id, other.stacks[index]?.template]).toEqual([id, template]);
  }
  const keys = new Set(
    resources(one, 'AWS::Lambda::Function').map(({ properties }) => properties.Code.S3Key),
  );
  expect(keys.size).toBeGreaterThan(5);
});
