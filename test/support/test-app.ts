import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleFunctions } from '../../infra/constructs/function-bundles.ts';
import { synthesize } from '../../infra/millrace-app.ts';
import type { Pipeline } from '../../shared/pipeline/index.ts';
import { declarePipeline } from '../transcripts/declare.ts';
import type { Transcript } from '../transcripts/transcript.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COPIED = ['functions', 'shared', 'test/transcripts', 'test/pipelines'];

/** The application with other pipelines in the place of the samples, synthesized. */
export interface TestApp {
  /** The cloud assembly. */
  readonly assembly: string;
  remove(): void;
}

/** The stages of transcripts as an application. */
export function synthesizeTranscripts(transcripts: readonly Transcript[]): TestApp {
  const declared = transcripts.map(({ name, slug, unit, stage }) => ({ name, slug, unit, stage }));
  return synthesizeApp(
    [declarePipeline(declared)],
    `import { declarePipeline } from '../../test/transcripts/declare.ts';
    export const pipelines = [declarePipeline(${JSON.stringify(declared)})];`,
  );
}

/** A pipeline of `test/pipelines` as an application: the default of that file. */
export const synthesizePipeline = (file: string, pipeline: Pipeline): TestApp =>
  synthesizeApp(
    [pipeline],
    `import own from '../../test/pipelines/${file}.ts';\nexport const pipelines = [own];`,
  );

/**
 * Does what a user does: puts other pipelines into `shared/pipelines` of a copy of the sources, and synthesizes.
 *
 * @param pipelines - what the module exports
 * @param module - the source of `shared/pipelines/index.ts`
 */
function synthesizeApp(pipelines: readonly Pipeline[], module: string): TestApp {
  const root = mkdtempSync(join(tmpdir(), 'millrace-app-'));
  for (const folder of COPIED) cpSync(join(ROOT, folder), join(root, folder), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  writeFileSync(join(root, 'shared/pipelines/index.ts'), module);
  const { directory } = synthesize({
    pipelines,
    environment: 'local',
    shards: 1,
    validate: false,
    outdir: join(root, 'assembly'),
    bundler: ({ sourceMaps }) => bundleFunctions({ root, sourceMaps: sourceMaps ?? false }),
  });
  return { assembly: directory, remove: () => rmSync(root, { recursive: true, force: true }) };
}
