import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bundler } from '../../infra/constructs/function-bundles.ts';
import { synthesize } from '../../infra/millrace-app.ts';
import { choicesFromContext } from '../../infra/settings.ts';
import { pipelines } from '../../shared/pipelines/index.ts';
import { namedQueries } from '../../shared/pipelines/queries.ts';

/**
 * How many resources of each type the application has, and, as `Type/Property`, how many have a property, with the CDK's context as on
 * its command line.
 */
export function resourceTypes(context: Readonly<Record<string, string>>): Map<string, number> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-types-'));
  // What the functions contain changes no type, and bundling is most of a synthesis.
  const code = join(folder, 'code');
  mkdirSync(code);
  const empty: Bundler = () => ({
    directoryOf: () => code,
    metafile: { inputs: {}, outputs: {} },
    dispose: () => {},
  });
  try {
    const { stacks } = synthesize({
      ...choicesFromContext((key) => context[key]),
      pipelines,
      queries: namedQueries,
      bundler: empty,
      outdir: join(folder, 'assembly'),
      validate: false,
    });
    const counts = new Map<string, number>();
    for (const { template } of stacks) {
      for (const { Type, Properties = {} } of Object.values(template.Resources)) {
        const names = [Type, ...Object.keys(Properties).map((property) => `${Type}/${property}`)];
        for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
