import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import {
  bundleFunctions,
  type FunctionBundles,
  HANDLER,
} from '../../../../infra/constructs/function-bundles.ts';

const root = fileURLToPath(new URL('../fixtures/app', import.meta.url));
const checkout = fileURLToPath(new URL('../../../..', import.meta.url));
const made: FunctionBundles[] = [];
const bundle: typeof bundleFunctions = (options) => {
  const bundles = bundleFunctions(options);
  made.push(bundles);
  return bundles;
};
const bundles = bundle({ root });
afterAll(() => {
  for (const each of made) each.dispose();
});

const load = async (name: string) => {
  const [file, exported] = HANDLER.split('.');
  const module = await import(pathToFileURL(join(bundles.directoryOf(name), `${file}.mjs`)).href);
  return module[exported!];
};

test('each function has a directory with its handler and nothing else', () => {
  expect(readdirSync(bundles.directoryOf('alpha'))).toEqual(['handler.mjs']);
  expect(readdirSync(bundles.directoryOf('beta'))).toEqual(['handler.mjs']);
});

test('bundles run by themselves, with dependencies that ask for modules of Node by require', async () => {
  expect(await (await load('alpha'))()).toEqual(expect.any(String));
  expect(await (await load('beta'))('')).toMatch(/^e3b0c44298fc1c14/);
});

test('the same sources give the same bytes, with nothing of this machine in them', () => {
  const again = bundle({ root });
  for (const name of ['alpha', 'beta']) {
    const text = readFileSync(join(bundles.directoryOf(name), 'handler.mjs'), 'utf8');
    expect(readFileSync(join(again.directoryOf(name), 'handler.mjs'), 'utf8') === text).toBe(true);
    expect(text.includes(checkout)).toBe(false);
    expect(text.includes(tmpdir())).toBe(false);
  }
});

test('a bundle carries only the packages that its function uses', () => {
  const packagesOf = (name: string) =>
    Object.keys(bundles.metafile.outputs[`dist/${name}/handler.mjs`]!.inputs).join('\n');
  expect(packagesOf('alpha')).toContain('@aws-sdk/client-dynamodb/');
  expect(packagesOf('alpha')).not.toContain('/ajv/');
  expect(packagesOf('beta')).not.toContain('@aws-sdk/');
});

test('a folder without a handler is no function, and asking for it says what there is', () => {
  expect(() => bundles.directoryOf('notes')).toThrow(
    'functions/notes/handler.ts is missing: the stacks need it (found: alpha, beta)',
  );
});

test('source maps, if asked for, name sources relative to the checkout', () => {
  const mapped = bundle({ root, sourceMaps: true });
  const directory = mapped.directoryOf('beta');
  expect(readdirSync(directory).sort()).toEqual(['handler.mjs', 'handler.mjs.map']);
  const { sources } = JSON.parse(readFileSync(join(directory, 'handler.mjs.map'), 'utf8'));
  expect(sources).toContain('../../functions/beta/handler.ts');
});

test('a source that does not compile is an error with its place', () => {
  const broken = mkdtempSync(join(tmpdir(), 'millrace-broken-'));
  mkdirSync(join(broken, 'functions', 'gamma'), { recursive: true });
  writeFileSync(join(broken, 'functions', 'gamma', 'handler.ts'), 'export const handler = (;\n');
  try {
    expect(() => bundle({ root: broken })).toThrow('functions/gamma/handler.ts:1:24');
  } finally {
    rmSync(broken, { recursive: true, force: true });
  }
});
