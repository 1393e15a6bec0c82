import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { buildSync, formatMessagesSync, type Metafile } from 'esbuild';
import { addNativePackages, NATIVE_PACKAGES } from './native-packages.ts';

/** The file of a bundle and the function in it that Lambda calls. */
export const HANDLER = 'handler.handler';

/** The bundles of all functions: one directory each, ready to be zipped. */
export interface FunctionBundles {
  /** @throws Error when there is no such function, naming those that there are */
  directoryOf(name: string): string;
  /** What went into which bundle, as esbuild reports it. */
  readonly metafile: Metafile;
  /** Removes the directories; the cloud assembly has its own copies. */
  dispose(): void;
}

export interface BundleOptions {
  /** The checkout: functions are the folders of `functions/` that hold a `handler.ts`. */
  readonly root: string;
  /** Puts source maps beside the bundles. */
  readonly sourceMaps?: boolean;
  /**
   * Puts the packages that cannot be bundled beside the bundles, for Lambda's machines. Without them they are found in the
   * `node_modules` of the checkout, for this machine.
   */
  readonly native?: boolean;
  /** Puts the X-Ray SDK into the bundles, and has functions trace what they do. */
  readonly tracing?: boolean;
}

/** Makes the bundles of all functions; what tests replace. */
export type Bundler = (options: BundleOptions) => FunctionBundles;

/** Dependencies in CommonJS ask for Node's modules by `require`, which ES modules lack. */
const REQUIRE = 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);';

/**
 * Bundles every function in one run of esbuild, SDK included, so that what was tested is what runs. The output
 * depends on the sources alone: no path of this machine, no time, so an unchanged function keeps its asset hash.
 *
 * @throws Error when a source does not compile
 */
export const bundleFunctions: Bundler = ({ root, sourceMaps = false, native = false, tracing = false }) => {
  const folder = join(root, 'functions');
  const names = discover(folder);
  // Nothing is written here: it only fixes the relative paths that source maps contain.
  const outdir = join(root, 'dist');
  const { outputFiles, metafile, warnings } = buildSync({
    absWorkingDir: root,
    entryPoints: names.map((name) => join(folder, name, 'handler.ts')),
    outbase: folder,
    outdir,
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    // The ES module builds of the SDK can be tree-shaken, its "main" builds cannot.
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE },
    minify: true,
    treeShaking: true,
    external: [...NATIVE_PACKAGES],
    // Known here, so that what is not used is not in the bundle.
    define: { 'process.env.MILLRACE_TRACING': tracing ? '"on"' : '"off"' },
    legalComments: 'none',
    charset: 'utf8',
    sourcemap: sourceMaps,
    metafile: true,
    // Errors are thrown, with all that the log would say.
    logLevel: 'silent',
  });
  for (const warning of formatMessagesSync(warnings, { kind: 'warning' })) console.warn(warning);
  const directory = mkdtempSync(join(tmpdir(), 'millrace-bundles-'));
  for (const file of outputFiles) {
    const target = join(directory, relative(outdir, file.path));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, file.contents);
  }
  for (const name of native ? names : []) {
    if (needsNative(metafile, name)) addNativePackages(root, join(directory, name));
  }
  return {
    metafile,
    directoryOf(name) {
      if (!names.includes(name)) {
        throw new Error(
          `functions/${name}/handler.ts is missing: the stacks need it (found: ${names.join(', ') || 'none'})`,
        );
      }
      return join(directory, name);
    },
    dispose: () => rmSync(directory, { recursive: true, force: true }),
  };
};

const needsNative = ({ outputs }: Metafile, name: string): boolean =>
  Object.entries(outputs).some(
    ([file, { imports }]) =>
      file.endsWith(`/${name}/handler.mjs`) &&
      imports.some(({ path }) => NATIVE_PACKAGES.some((native) => native === path)),
  );

const discover = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => existsSync(join(folder, name, 'handler.ts')))
        .sort()
    : [];
