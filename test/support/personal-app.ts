import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundleFunctions } from '../../infra/constructs/function-bundles.ts';
import { synthesize } from '../../infra/millrace-app.ts';
import type { Pipeline } from '../../shared/pipeline/index.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The pipelines of an application whose events are about persons: what a user's own file would say. */
const PIPELINES = `
import * as z from 'zod';
import { count, eventType, personal, pipeline, sum, tumbling, windowStage } from '../pipeline/index.ts';

const visit = eventType('visit', {
  description: 'Somebody visits',
  schema: z.object({
    id: z.string(),
    visitor: personal(z.string().min(1)),
    email: personal(z.string(), 'drop').optional(),
    contacts: z.array(z.object({ name: personal(z.string()) })).optional(),
    pages: z.int().nonnegative(),
    at: z.int(),
  }),
  id: 'id',
  time: 'at',
  key: 'visitor',
});

export const visits = windowStage('visits', {
  description: 'Per visitor and minute: pages',
  from: visit,
  key: 'visitor',
  window: tumbling('1 minute'),
  outOfOrderness: '10 seconds',
  allowedLateness: '1 minute',
  values: { pages: sum('pages'), events: count() },
});

export const pipelines = [
  pipeline('visits', { description: 'Visits', types: [visit], stages: [visits] }),
];
`;

/**
 * Synthesizes the application with these pipelines in the place of the samples, real bundles included.
 *
 * @param folder - an empty one, for the sources and the cloud assembly
 * @returns the folder of the assembly
 */
export async function personalApp(folder: string): Promise<string> {
  const root = join(folder, 'app');
  mkdirSync(root);
  for (const name of ['functions', 'shared']) cpSync(join(ROOT, name), join(root, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  const file = join(root, 'shared', 'pipelines', 'index.ts');
  writeFileSync(file, PIPELINES);
  const { pipelines } = (await import(pathToFileURL(file).href)) as { pipelines: Pipeline[] };
  const outdir = join(folder, 'assembly');
  synthesize({
    pipelines,
    environment: 'local',
    outdir,
    validate: false,
    bundler: (options) => bundleFunctions({ ...options, root }),
  });
  return outdir;
}
