import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { OpenApiDocument, Operation, Schema } from '../../shared/openapi/types.ts';

/** A request and what came back, as far as a document speaks of it. */
export interface Exchanged {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Headers that say something about this interface, and not about the connection. */
const TELLING = /^(millrace-|retry-after$|www-authenticate$|accept-|allow$|webhook-)/;
/**
 * Holds answers against a document. Where the document names the members of an object, an answer may have no others: what is not
 * documented is found, too.
 */
export class Contract {
  readonly document: OpenApiDocument;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true, allowUnionTypes: true });
  readonly #validators = new Map<string, ValidateFunction>();
  readonly #patterns: readonly (readonly [path: string, pattern: RegExp])[];

  constructor(document: OpenApiDocument) {
    this.document = document;
    formats.default(this.#ajv);
    this.#ajv.addSchema(closed(document), 'document');
    this.#patterns = Object.keys(document.paths)
      // A path that names a thing goes before the one that has a parameter in its place.
      .sort((one, other) => Number(one.includes('{')) - Number(other.includes('{')))
      .map((path) => [path, new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`)]);
  }

  static async of(url: string): Promise<Contract> {
    const answer = await fetch(`${url}/v1/openapi.json`);
    if (answer.status !== 200) throw new Error(`there is no document: ${answer.status}`);
    return new Contract((await answer.json()) as OpenApiDocument);
  }

  /** What is wrong with an answer; `undefined` of a request that the document does not have. */
  problemsOf({ method, path, status, headers, body }: Exchanged): string[] | undefined {
    const [found] = this.#patterns.find(([, pattern]) => pattern.test(path)) ?? [];
    const operation = this.#operation(found, method);
    if (found === undefined || operation === undefined) return undefined;
    const response = operation.responses[String(status)];
    if (response === undefined) return [`${status} is not documented`];
    const undocumented = [...headers.keys()].filter(
      (name) => TELLING.test(name) && !Object.hasOwn(response.headers ?? {}, name),
    );
    const missing = Object.entries(response.headers ?? {}).filter(
      ([name, { required }]) => required === true && !headers.has(name),
    );
    return [
      ...undocumented.map((name) => `the header ${name} is not documented`),
      ...missing.map(([name]) => `the header ${name} is missing`),
      ...this.#bodyProblems(
        ['paths', found, method.toLowerCase(), 'responses', String(status)],
        headers,
        body,
      ),
    ];
  }

  #operation(path: string | undefined, method: string): Operation | undefined {
    const item: Readonly<Record<string, Operation>> = this.document.paths[path ?? ''] ?? {};
    return item[method.toLowerCase()];
  }

  #bodyProblems(place: readonly string[], headers: Headers, body: string): string[] {
    const [, path = '', method = '', , status = ''] = place;
    const content = this.#operation(path, method)?.responses[status]?.content;
    if (content === undefined) return body === '' ? [] : ['there is a body, and none is documented'];
    const media = (headers.get('content-type') ?? '').split(';')[0] ?? '';
    if (content[media] === undefined) return [`the media type ${media} is not documented`];
    if (!media.endsWith('json')) return [];
    const validate = this.#validatorAt([...place, 'content', media, 'schema']);
    return validate(JSON.parse(body))
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  }

  #validatorAt(place: readonly string[]): ValidateFunction {
    const pointer = place
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const known = this.#validators.get(pointer);
    if (known !== undefined) return known;
    const validate = this.#ajv.compile({ $ref: `document#/${pointer}` });
    this.#validators.set(pointer, validate);
    return validate;
  }
}

/** The same document, in which objects have no members but those that are named. */
function closed(document: OpenApiDocument): Schema {
  const parts = document.components.schemas;
  const close = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(close);
    if (typeof part !== 'object' || part === null) return part;
    const { allOf, ...rest } = part as Schema;
    const copy = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, close(value)]));
    if (typeof copy.properties !== 'object') return copy;
    // What is put together by `allOf` is closed as a whole.
    const others = ((allOf ?? []) as Schema[]).map((one) =>
      close(nameOf(one) === undefined ? one : parts[nameOf(one) ?? '']),
    );
    const whole = (others as Schema[]).reduce(joined, copy);
    return copy.type === undefined ? whole : { additionalProperties: false, ...whole };
  };
  return close(document) as Schema;
}

const nameOf = ({ $ref }: Schema): string | undefined =>
  typeof $ref === 'string' ? $ref.split('/').at(-1) : undefined;

const joined = (one: Schema, other: Schema): Schema => ({
  ...one,
  required: [...((one.required ?? []) as string[]), ...((other.required ?? []) as string[])],
  properties: { ...(one.properties as object), ...(other.properties as object) },
});
