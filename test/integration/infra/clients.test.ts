import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bundleFunctions } from '../../../infra/constructs/function-bundles.ts';

const root = join(import.meta.dirname, '../../..');
const bundles = bundleFunctions({ root });
afterAll(() => bundles.dispose());

const outputs = Object.entries(bundles.metafile.outputs)
  .filter(([file]) => basename(file) === 'handler.mjs')
  .map(([file, { inputs }]) => ({ name: basename(dirname(file)), inputs }));

/** The packages of the SDK's clients of which a bundle holds code. */
const shipped = (inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>): string[] => [
  ...new Set(
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .flatMap(([file]) => /node_modules\/(@aws-sdk\/client-[^/]+)\//.exec(file)?.[1] ?? []),
  ),
];

/** The packages of the clients that a handler makes: `createS3Client()` is imported from a module that imports its package. */
function made(name: string): string[] {
  const source = readFileSync(join(root, 'functions', name, 'handler.ts'), 'utf8');
  return [...source.matchAll(/import \{ (create\w+Client) \} from '([^']+)'/g)].map(
    ([, create = '', module = '']) => {
      const calls = source.split(`${create}(`).length - 1;
      expect([name, create, calls]).toEqual([name, create, 1]);
      const factory = readFileSync(join(root, 'functions', name, module), 'utf8');
      return / from '(@aws-sdk\/client-[^']+)'/.exec(factory)?.[1] ?? '';
    },
  );
}

test.each(outputs)('$name ships the clients that it makes, and no other', ({ name, inputs }) => {
  expect(shipped(inputs).sort()).toEqual(made(name).sort());
});

test('without tracing no function ships the X-Ray SDK', () => {
  for (const { name, inputs } of outputs) {
    const files = Object.keys(inputs).filter((file) => /aws-xray-sdk|powertools\/tracer/.test(file));
    expect([name, files]).toEqual([name, []]);
  }
});
