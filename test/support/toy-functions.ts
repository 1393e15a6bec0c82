import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FunctionSpec } from '../../tools/local/template/model.ts';

/**
 * Writes a function's code as an asset directory.
 *
 * @param body - the body of the handler, which has `event`, `context`, `env` and the modules `fs` and `path`
 */
export function writeToy(folder: string, name: string, body: string): string {
  const directory = join(folder, `asset.${name}`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, 'index.mjs'),
    `import fs from 'node:fs'; import path from 'node:path'; const env = process.env;
export async function handler(event, context) { ${body} }`,
  );
  return directory;
}

/** A function of the local runtime with this code. */
export function toySpec(
  folder: string,
  name: string,
  body: string,
  more: Partial<FunctionSpec> = {},
): FunctionSpec {
  return {
    name,
    label: name,
    directory: writeToy(folder, name, body),
    handler: 'index.handler',
    environment: {},
    timeoutMs: 10_000,
    memoryMb: 128,
    reservedConcurrency: undefined,
    ...more,
  };
}

/** Endpoints that nobody listens at, for functions that call nobody. */
export const NO_ENDPOINTS = {
  sns: 'http://127.0.0.1:9',
  secretsManager: 'http://m',
  kinesis: 'http://127.0.0.1:9',
  dynamodb: 'http://127.0.0.1:9',
  s3: 'http://127.0.0.1:9',
  lambda: 'http://127.0.0.1:9',
};
