import { schemaChanges } from '../shared/lake/schema/folder.ts';
import type { Pipeline } from '../shared/pipeline/index.ts';

/**
 * Compares the declared event types with the accepted schemas.
 *
 * @returns what is new and compatible, and not accepted yet, one sentence each
 * @throws RangeError naming every field that has changed incompatibly, and what to do instead
 */
export function checkSchemas(folder: string, pipelines: readonly Pipeline[]): string[] {
  const problems: string[] = [];
  const news: string[] = [];
  for (const type of pipelines.flatMap(({ types }) => types)) {
    const changes = schemaChanges(folder, type);
    if (changes === undefined) {
      news.push(`event type "${type.name}" is new: run "npx millrace schema accept" and commit schemas/`);
      continue;
    }
    for (const { field, change, fix } of changes.incompatible) {
      problems.push(`type "${type.name}": ${field} ${change}: ${fix}`);
    }
    if (changes.compatible.length > 0) {
      news.push(
        `event type "${type.name}": ${changes.compatible.join(', ')}: run "npx millrace schema accept" and commit schemas/`,
      );
    }
  }
  if (problems.length > 0) {
    throw new RangeError(
      [
        'the schema of an event type has changed in a way that its table in the lake cannot follow:',
        ...problems.map((problem) => `  ${problem}`),
        'Where no lake holds such events yet: npx millrace schema accept --incompatible',
      ].join('\n'),
    );
  }
  return news;
}
