import { escaped } from '../../web/html.ts';
import type { Content, OpenApiDocument, Operation, Parameter, Reference } from '../types.ts';
import { fold, line, prose, shown, table } from './prose.ts';
import { schemaWords } from './schema-words.ts';

/** An operation with what it is called by. */
export interface Located {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

/** An operation as a part of the page. */
export function operationSection({ path, method, operation }: Located, document: OpenApiDocument): string {
  const { operationId, summary, description, security, parameters = [], requestBody, responses } = operation;
  const resolved = parameters.map((one) => resolve(one, document));
  return `<section class="operation" id="${operationId}">
<h3><span class="method ${method}">${method.toUpperCase()}</span> <code>${escaped(path)}</code></h3>
<p class="summary">${line(summary)}</p>
${prose(description)}
<p class="quiet">${who(security)}</p>
${resolved.length > 0 ? fold('Parameters', parameterTable(resolved)) : ''}
${requestBody === undefined ? '' : fold('Body', contentWords(requestBody.content))}
${fold('Answers', responseTable(responses))}
${exampleFolds(operation)}
</section>`;
}

const resolve = (one: Parameter | Reference, { components }: OpenApiDocument): Parameter => {
  if (!('$ref' in one)) return one;
  const found = components.parameters[one.$ref.split('/').at(-1) ?? ''];
  if (found === undefined) throw new RangeError(`the document has no ${one.$ref}`);
  return found;
};

const who = (security: Operation['security']): string =>
  security.length === 0
    ? 'Nobody is asked for a key.'
    : `Needs ${[...new Set(security.flatMap((one) => Object.keys(one)))]
        .map((name) => `<a href="#security"><code>${escaped(name)}</code></a>`)
        .join(' or ')}.`;

const parameterTable = (parameters: readonly Parameter[]): string =>
  table(
    ['name', 'in', 'holds', ''],
    parameters.map(({ name, in: place, schema, description }) => [
      `<code>${escaped(name)}</code>`,
      place,
      escaped(schemaWords(schema)),
      line(description),
    ]),
  );

const contentWords = (content: Content): string =>
  table(
    ['media type', 'holds'],
    Object.entries(content).map(([media, { schema }]) => [
      `<code>${escaped(media)}</code>`,
      schema.description === undefined ? escaped(schemaWords(schema)) : line(String(schema.description)),
    ]),
  );

const responseTable = (responses: Operation['responses']): string =>
  table(
    ['status', 'when', 'headers'],
    Object.entries(responses).map(([status, { description, headers = {} }]) => [
      status,
      prose(description),
      Object.keys(headers)
        .map((name) => `<code>${escaped(name)}</code>`)
        .join(' '),
    ]),
  );

function exampleFolds({ requestBody, responses }: Operation): string {
  const requests = Object.entries(requestBody?.content ?? {}).flatMap(([media, { examples = {} }]) =>
    Object.entries(examples).map(([name, { value }]) => ({ name, media, value })),
  );
  return Object.entries(responses)
    .flatMap(([status, { content = {} }]) =>
      Object.values(content).flatMap(({ examples = {} }) =>
        Object.entries(examples).map(([name, { summary = name, value, 'x-request': other }]) => {
          const asked = other ?? requests.find((one) => one.name === name);
          const media = other?.contentType ?? requests.find((one) => one.name === name)?.media;
          const request = asked === undefined ? '' : `<h4>${escaped(media ?? '')}</h4>${shown(asked.value)}`;
          return fold(`Example: ${line(summary)}`, `${request}<h4>${status}</h4>${shown(value)}`);
        }),
      ),
    )
    .join('\n');
}
