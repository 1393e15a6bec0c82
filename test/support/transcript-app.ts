import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleFunctions } from '../../infra/constructs/function-bundles.ts';
import { synthesize } from '../../infra/millrace-app.ts';
import { declarePipeline } from '../transcripts/declare.ts';
import type { Transcript } from '../transcripts/transcript.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COPIED = ['functions', 'shared', 'test/transcripts'];

/** The application with the stages of transcripts in the place of the sample pipelines, synthesized. */
export interface TranscriptApp {
  /** The cloud assembly. */
  readonly assembly: string;
  remove(): void;
}

/** Does what a user does: puts other pipelines into `shared/pipelines` of a copy of the sources, and synthesizes. */
export function synthesizeTranscripts(transcripts: readonly Transcript[]): TranscriptApp {
  const root = mkdtempSync(join(tmpdir(), 'millrace-transcripts-'));
  for (const folder of COPIED) cpSync(join(ROOT, folder), join(root, folder), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  const declared = transcripts.map(({ name, slug, unit, stage }) => ({ name, slug, unit, stage }));
  writeFileSync(
    join(root, 'shared/pipelines/index.ts'),
    `import { declarePipeline } from '../../test/transcripts/declare.ts';
    export const pipelines = [declarePipeline(${JSON.stringify(declared)})];`,
  );
  const { directory } = synthesize({
    pipelines: [declarePipeline(declared)],
    environment: 'local',
    shards: 1,
    validate: false,
    outdir: join(root, 'assembly'),
    bundler: ({ sourceMaps }) => bundleFunctions({ root, sourceMaps: sourceMaps ?? false }),
  });
  return { assembly: directory, remove: () => rmSync(root, { recursive: true, force: true }) };
}
