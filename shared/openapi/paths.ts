/** Paths of what is the same for everybody until the next deployment. */
export const DOCUMENT_PATH = '/v1/openapi.json';
export const PAGE_PATH = '/docs';

/** An answer to GET of such a path. */
export interface StaticAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** By path. */
export type StaticAnswers = Readonly<Record<string, StaticAnswer>>;

/** The name of the file beside the query function's bundle that holds the {@link StaticAnswers} as JSON. */
export const ANSWERS_FILE = 'static-answers.json';
