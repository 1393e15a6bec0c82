/** A JSON Schema (draft 2020-12) as a part of an OpenAPI document. */
export type Schema = Readonly<Record<string, unknown>>;

/** A reference to a component of the document. */
export type Reference = { readonly $ref: string };

export interface Example {
  readonly summary?: string;
  readonly value: unknown;
  /** Of an answer: the request that it answers, where that is none of the examples of requests. */
  readonly 'x-request'?: { readonly contentType: string; readonly value: unknown };
}

export interface MediaContent {
  readonly schema: Schema;
  readonly examples?: Readonly<Record<string, Example>>;
}

/** By media type. */
export type Content = Readonly<Record<string, MediaContent>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description: string;
  readonly required?: boolean;
  readonly schema: Schema;
  readonly example?: unknown;
}

export interface HeaderObject {
  readonly description: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

export interface ResponseObject {
  readonly description: string;
  readonly headers?: Readonly<Record<string, HeaderObject>>;
  readonly content?: Content;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  /** One of them is enough; an empty list where nobody is asked who they are. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, ResponseObject>>;
}

export type Method = 'get' | 'post' | 'options';

/** The operations of one path, by method. */
export type PathItem = Partial<Readonly<Record<Method, Operation>>>;

/**
 * An OpenAPI document, as far as Millrace writes one.
 *
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: Readonly<Record<string, unknown>>;
  readonly servers: readonly { readonly url: string; readonly description: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
    readonly securitySchemes: Readonly<Record<string, Schema>>;
  };
}

/** Refers to a schema of the document by its name. */
export const schemaRef = (name: string): Reference => ({ $ref: `#/components/schemas/${name}` });
