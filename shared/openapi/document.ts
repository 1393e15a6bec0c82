import { type Pipeline, windowStages } from '../pipeline/index.ts';
import { ANSWER_SCHEMAS } from './answers.ts';
import { eventSchemas } from './event-schemas.ts';
import { exchangesOf } from './examples.ts';
import { ingestPaths } from './ingest-paths.ts';
import { sharedParameters } from './parameters.ts';
import { problemSchemas } from './problems.ts';
import { queryPaths } from './query-paths.ts';
import { resultSchemas } from './result-schemas.ts';
import { type ApiAccess, securitySchemes } from './security.ts';
import type { OpenApiDocument } from './types.ts';

/** What the document is made from. */
export interface DocumentInput {
  readonly pipelines: readonly Pipeline[];
  readonly access: ApiAccess;
  /** Of the application. */
  readonly version: string;
}

/**
 * The HTTP interface of a deployment as an OpenAPI 3.1 document: from the schemas of its event types, its stages, the routes and
 * the table of errors. Its examples are answered by the code that answers requests.
 */
export function openApiDocument({ pipelines, access, version }: DocumentInput): OpenApiDocument {
  const types = pipelines.flatMap((pipeline) => pipeline.types);
  const stages = pipelines.flatMap(windowStages).filter(({ materialize }) => materialize);
  const paths = {
    ...ingestPaths({ types, exchanges: exchangesOf(pipelines), access }),
    ...queryPaths(stages, access),
  };
  const schemas = {
    ...eventSchemas(types),
    ...ANSWER_SCHEMAS,
    ...resultSchemas(stages),
    ...problemSchemas(access.gateway),
  };
  return {
    openapi: '3.1.1',
    info: {
      title: 'Millrace',
      version,
      summary: 'Events in, exact results in event time out',
      description: pipelines.map(({ name, description }) => `* **${name}**: ${description}.`).join('\n'),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'Where this document is served' }],
    tags: [
      {
        name: 'Sending events',
        description: 'Stores events, each of which counts once however often it is sent.',
      },
      { name: 'Checking events', description: 'Says what would become of events.' },
      { name: 'Reading results', description: 'What the stages have computed, and how far they are.' },
      { name: 'About', description: 'The service itself.' },
    ],
    paths,
    components: {
      schemas: onlyUsed('schemas', schemas, [paths]),
      parameters: onlyUsed('parameters', sharedParameters(access), [paths]),
      securitySchemes: securitySchemes(access),
    },
  };
}

/** The components that something refers to, directly or through others. */
function onlyUsed<T>(
  kind: string,
  components: Readonly<Record<string, T>>,
  users: readonly unknown[],
): Readonly<Record<string, T>> {
  const used = new Set<string>();
  let found = namesIn(kind, users);
  while (found.length > 0) {
    for (const name of found) used.add(name);
    found = namesIn(
      kind,
      found.map((name) => components[name]),
    ).filter((name) => !used.has(name));
  }
  return Object.fromEntries(Object.entries(components).filter(([name]) => used.has(name)));
}

/** The names in the references to components of a kind, in a text or below it in a path. */
const namesIn = (kind: string, users: readonly unknown[]): string[] =>
  [...JSON.stringify(users).matchAll(/"#\/components\/(\w+)\/([^"/]+)/g)].flatMap(([, of, name = '']) =>
    of === kind ? [name] : [],
  );
