import type { OpenApiDocument } from '../../shared/openapi/types.ts';

/** An example of a document: a request and the answer that it is to get. */
export interface DocumentedRequest {
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
  readonly status: number;
  readonly answer: unknown;
}

/**
 * The examples of what may be posted. The answer to an example of a request goes by the same name; others bring their request
 * along. Parameters of paths have their own examples.
 *
 * @throws RangeError when an answer has no request, or a request no answer
 */
export function documentedRequests({ paths }: OpenApiDocument): DocumentedRequest[] {
  return Object.entries(paths).flatMap(([template, { post }]) => {
    if (post === undefined) return [];
    const type = post.parameters?.find((one) => 'in' in one && one.in === 'path');
    const path = template.replace('{type}', String(type !== undefined && 'in' in type ? type.example : ''));
    const requests = new Map(
      Object.entries(post.requestBody?.content ?? {}).flatMap(([contentType, { examples = {} }]) =>
        Object.entries(examples).map(([name, { value }]) => [name, { contentType, value }] as const),
      ),
    );
    const answers = Object.entries(post.responses).flatMap(([status, { content = {} }]) =>
      Object.values(content).flatMap(({ examples = {} }) =>
        Object.entries(examples).map(([name, example]) => ({ name, status: Number(status), example })),
      ),
    );
    const unanswered = [...requests.keys()].filter((name) => !answers.some((one) => one.name === name));
    if (unanswered.length > 0) throw new RangeError(`${path}: ${unanswered.join(', ')} have no answer`);
    return answers.map(({ name, status, example }) => {
      const request = example['x-request'] ?? requests.get(name);
      if (request === undefined) throw new RangeError(`${path}: the answer ${name} has no request`);
      const { contentType, value } = request;
      const body = typeof value === 'string' ? value : JSON.stringify(value);
      return { path, contentType, body, status, answer: example.value };
    });
  });
}
