/**
 * `npm run lint:templates`: checks the templates of every environment with cfn-lint, and those of the strictest deployment with
 * checkov. Both are Python programs; where they cannot be had this says so and succeeds, with `--require` it fails.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Bundler } from '../../infra/constructs/function-bundles.ts';
import { ENVIRONMENT_NAMES } from '../../infra/environment.ts';
import { type SynthesizeOptions, synthesize } from '../../infra/millrace-app.ts';
import { pipelines } from '../../shared/pipelines/index.ts';
import { namedQueries } from '../../shared/pipelines/queries.ts';
import { checkersOf, NoCheckers } from './checkers.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STRICTEST = 'prod-customer-key';
const VARIANTS: Readonly<Record<string, Partial<SynthesizeOptions>>> = {
  ...Object.fromEntries(ENVIRONMENT_NAMES.map((environment) => [environment, { environment }])),
  [STRICTEST]: { environment: 'prod', encryption: 'customer', iam: true },
};

/** Templates name the code by a hash of it, so any code will do. */
const noCode: Bundler = () => {
  const root = mkdtempSync(join(tmpdir(), 'millrace-no-code-'));
  return {
    metafile: { inputs: {}, outputs: {} },
    directoryOf(name) {
      const directory = join(root, name);
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, 'handler.mjs'), '');
      return directory;
    },
    dispose: () => rmSync(root, { recursive: true, force: true }),
  };
};

/** @returns the paths of the templates */
const templatesOf = (outdir: string, options: Partial<SynthesizeOptions>): string[] =>
  synthesize({
    pipelines,
    queries: namedQueries,
    outdir,
    bundler: noCode,
    validate: false,
    ...options,
  }).stacks.map(({ templateFile }) => templateFile);

/** Runs a checker on what the user sees of it. @returns whether it found nothing */
function check(name: string, command: string, args: readonly string[]): boolean {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' });
  if (error !== undefined) throw error;
  console.log(`${name}: ${status === 0 ? 'nothing found' : 'see above'}`);
  return status === 0;
}

const { values } = parseArgs({ options: { require: { type: 'boolean', default: false } } });
const work = mkdtempSync(join(tmpdir(), 'millrace-templates-'));
try {
  const checkers = checkersOf(ROOT);
  const variants = Object.entries(VARIANTS).map(
    ([name, options]) => [name, templatesOf(join(work, name), options)] as const,
  );
  const strictest = variants.find(([name]) => name === STRICTEST)?.[1] ?? [];
  const clean = [
    check(
      `cfn-lint on ${variants.map(([name, files]) => `${name} (${files.length})`).join(', ')}`,
      checkers['cfn-lint'],
      ['--', ...variants.flatMap(([, files]) => files)],
    ),
    check(`checkov on ${STRICTEST} (${strictest.length})`, checkers.checkov, [
      ...['--config-file', join(ROOT, '.checkov.yaml')],
      ...strictest.flatMap((file) => ['--file', file]),
    ]),
  ];
  if (clean.includes(false)) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof NoCheckers)) throw error;
  console.log(`templates not checked: ${error.message}`);
  if (values.require) process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
