import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const TSC = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
const SETTINGS =
  '--ignoreConfig --strict --target es2022 --lib es2023,dom,esnext.disposable --module nodenext --allowImportingTsExtensions --skipLibCheck';

interface Manifest {
  readonly version: string;
  readonly description: string;
  readonly license: string;
}

/**
 * Builds `millrace/client` for producers: one module that runs on Node and in browsers, its types, and a manifest, so that the
 * folder can be packed and installed by itself, without what a pipeline needs.
 *
 * @param folder - is replaced
 */
export async function buildClient(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  await build({
    entryPoints: [join(ROOT, 'client', 'index.ts')],
    outfile: join(folder, 'index.js'),
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    logLevel: 'warning',
  });
  writeTypes(folder);
  const { version, license } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
  const manifest = {
    name: 'millrace',
    version,
    description: 'Sends events to Millrace',
    license,
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20.19' },
    exports: { './client': { types: './index.d.ts', default: './index.js' } },
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

function writeTypes(folder: string): void {
  const made = mkdtempSync(join(tmpdir(), 'millrace-types-'));
  try {
    const options = [...SETTINGS.split(' '), '--declaration', '--emitDeclarationOnly', '--outDir', made];
    const entry = join(ROOT, 'client', 'index.ts');
    execFileSync(process.execPath, [TSC, entry, ...options, '--rootDir', join(ROOT, 'client')], {
      cwd: ROOT,
      stdio: 'inherit',
    });
    for (const file of readdirSync(made)) {
      const text = readFileSync(join(made, file), 'utf8').replace(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'");
      writeFileSync(join(folder, file), text);
    }
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}
