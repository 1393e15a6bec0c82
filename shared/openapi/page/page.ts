import { ERRORS } from '../../errors.ts';
import { escaped } from '../../web/html.ts';
import { DOCUMENT_PATH } from '../paths.ts';
import type { OpenApiDocument } from '../types.ts';
import { type Located, operationSection } from './operation.ts';
import { line, prose, table } from './prose.ts';
import { fieldTable } from './schema-words.ts';
import { STYLE } from './style.ts';

/**
 * The document as a page: all of it is in the HTML, without a script and without anything from elsewhere, so that it can be read
 * offline and under a policy that allows nothing but its own style.
 */
export function docsPage(document: OpenApiDocument): string {
  const { info, tags } = document;
  const operations = located(document);
  const general = operations.filter(({ path }) => !isSpecific(path, document));
  const groups = tags.map(({ name, description }) => ({
    name,
    description,
    operations: general.filter(({ operation }) => operation.tags[0] === name),
  }));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(String(info.title))}: HTTP interface</title>
<style>${STYLE}</style>
</head>
<body>
<nav aria-label="Contents">
<p class="brand"><a href="/">${escaped(String(info.title))}</a></p>
${groups.map(({ name, operations }) => menu(name, operations)).join('\n')}
<p><a href="#types">Event types</a></p>
<p><a href="#results">Results</a></p>
<p><a href="#security">Keys</a></p>
<p><a href="#errors">Errors</a></p>
<p><a href="${DOCUMENT_PATH}">OpenAPI document</a></p>
</nav>
<main>
<h1>HTTP interface <small>${escaped(String(info.version))}</small></h1>
<p>${escaped(String(info.summary))}. For machines the same is in the <a href="${DOCUMENT_PATH}">OpenAPI document</a>.</p>
${prose(String(info.description))}
${groups.map((group) => `<h2>${group.name}</h2>${prose(group.description)}${group.operations.map((one) => operationSection(one, document)).join('\n')}`).join('\n')}
${schemaSections('types', 'Event types', '.data', document)}
${schemaSections('results', 'Results', '.window', document)}
${securitySection(document)}
${ERROR_SECTION}
</main>
</body>
</html>
`;
}

const located = ({ paths }: OpenApiDocument): Located[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );

/** Whether a path is a template's with a name put in: what is special about it is in the sections of schemas. */
const isSpecific = (path: string, { paths }: OpenApiDocument): boolean =>
  Object.keys(paths).some(
    (other) =>
      other !== path &&
      other.endsWith('}') &&
      path.startsWith(other.replace(/\{[^{]*\}$/, '')) &&
      path.split('/').length === other.split('/').length,
  );

const menu = (name: string, operations: readonly Located[]): string =>
  `<p>${escaped(name)}</p><ul>${operations
    .map(
      ({ path, method, operation }) =>
        `<li><a href="#${operation.operationId}"><span class="method ${method}">${method.toUpperCase()}</span> ${escaped(path)}</a></li>`,
    )
    .join('')}</ul>`;

function schemaSections(id: string, title: string, ending: string, { components }: OpenApiDocument): string {
  const sections = Object.entries(components.schemas)
    .filter(([name]) => name.endsWith(ending))
    .map(([name, schema]) => {
      const { values } = (schema.properties ?? {}) as { values?: Readonly<Record<string, unknown>> };
      return `<section class="operation"><h3 id="${escaped(name)}"><code>${escaped(String(schema.title))}</code></h3>${prose(String(schema.description))}${fieldTable(values ?? schema, components.schemas)}</section>`;
    });
  return `<h2 id="${id}">${title}</h2>${sections.join('\n')}`;
}

const securitySection = ({ components }: OpenApiDocument): string =>
  `<h2 id="security">Keys</h2>${table(
    ['name', 'kind', ''],
    Object.entries(components.securitySchemes).map(
      ([name, { type, in: place, name: field, description }]) => [
        `<code>${escaped(name)}</code>`,
        escaped(place === undefined ? String(type) : `${place} ${field}`),
        line(String(description)),
      ],
    ),
  )}`;

const ERROR_SECTION = `<h2 id="errors">Errors</h2>
<p>Everything that is no success is a problem document (<a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>); the code is the end of its <code>type</code>, <code>urn:millrace:error:&lt;code&gt;</code>.</p>
${table(
  ['status', 'code', 'when', 'what to do'],
  Object.entries(ERRORS)
    .sort(([, one], [, other]) => one.status - other.status)
    .map(([code, { status, meaning, action }]) => [
      String(status),
      `<code>${code}</code>`,
      line(meaning),
      line(action),
    ]),
)}`;
