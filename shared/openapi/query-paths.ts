import type { WindowStage } from '../pipeline/index.ts';
import { pathParameter, WINDOW_PARAMETERS } from './parameters.ts';
import { DOCUMENT_PATH, PAGE_PATH } from './paths.ts';
import { type Activity, problemResponses } from './problems.ts';
import { pageName } from './result-schemas.ts';
import { type ApiAccess, readSecurity } from './security.ts';
import {
  type MediaContent,
  type Operation,
  type PathItem,
  type ResponseObject,
  type Schema,
  schemaRef,
} from './types.ts';
import { windowExample } from './window-example.ts';

/** The paths of the query API. */
export function queryPaths(
  stages: readonly WindowStage[],
  access: ApiAccess,
): Readonly<Record<string, PathItem>> {
  const reading = { tags: ['Reading results'], security: readSecurity(access) } as const;
  const problems = (activity: Activity) =>
    problemResponses(activity, { kind: access.gateway, checks: false });
  const windows = (
    id: string,
    summary: string,
    shown: readonly WindowStage[],
    isNamed: boolean,
  ): Operation => ({
    ...reading,
    operationId: id,
    summary,
    description:
      'Windows with `from <= start < to`, ascending by start, end and key. A value is null where there was nothing to compute it from.',
    parameters: [
      ...(isNamed
        ? []
        : [
            pathParameter(
              'stage',
              'The window stage.',
              shown.map(({ name }) => name),
            ),
          ]),
      ...WINDOW_PARAMETERS,
    ],
    responses: {
      200: ok('A page of windows.', pagesOf(shown)),
      ...(isNamed ? withoutStatus(problems('windows'), '404') : problems('windows')),
    },
  });
  const about = (id: string, summary: string, responses: Operation['responses']): PathItem => ({
    get: { operationId: id, summary, tags: ['About'], security: [], responses },
  });
  return {
    ...(stages.length > 0 && {
      '/v1/windows/{stage}': { get: windows('readWindows', 'Reads the windows of a stage', stages, false) },
    }),
    ...Object.fromEntries(
      stages.map((stage) => [
        `/v1/windows/${stage.name}`,
        {
          get: windows(
            camel(`read-windows-of-${stage.name}`),
            `Reads the windows of ${stage.name}`,
            [stage],
            true,
          ),
        },
      ]),
    ),
    '/v1/stages': {
      get: {
        ...reading,
        operationId: 'readStages',
        summary: 'Reads how far every stage is',
        responses: {
          200: ok('The stages in order of declaration.', { schema: STAGES }),
          ...problems('stages'),
        },
      },
    },
    '/healthz': about('readHealth', 'Says that requests are answered', {
      200: ok('Ready.', { schema: schemaRef('Health'), examples: { ready: { value: { status: 'ok' } } } }),
      ...problems('static'),
    }),
    [DOCUMENT_PATH]: about('readDocument', 'Reads this document', {
      200: ok('An OpenAPI document.', { schema: DOCUMENT }),
      ...problems('static'),
    }),
    [PAGE_PATH]: about('readPage', 'Shows this document as a page', page('The page.', problems('static'))),
    '/': about('readStatusPage', 'Shows what the pipelines are doing', page('The page.', problems('static'))),
  };
}

/** Its own schema is https://spec.openapis.org/oas/3.1/schema/2022-10-07. */
const DOCUMENT: Schema = {
  type: 'object',
  required: ['openapi', 'info', 'paths'],
  properties: { openapi: { type: 'string' }, info: { type: 'object' }, paths: { type: 'object' } },
  additionalProperties: true,
};

const STAGES: Schema = {
  type: 'object',
  required: ['stages'],
  properties: { stages: { type: 'array', items: schemaRef('Stage') } },
};

const ok = (description: string, content: MediaContent): ResponseObject => ({
  description,
  content: { 'application/json': content },
});

const page = (description: string, problems: Operation['responses']): Operation['responses'] => ({
  200: { description, content: { 'text/html': { schema: { type: 'string' } } } },
  ...problems,
});

function pagesOf(stages: readonly WindowStage[]): MediaContent {
  const refs = stages.map(({ name }) => schemaRef(pageName(name)));
  const [stage] = stages;
  const [only] = refs;
  const example = stage && windowExample(stage);
  return {
    schema: refs.length === 1 && only !== undefined ? only : { anyOf: refs },
    ...(stage !== undefined &&
      example !== undefined && {
        examples: { [stage.name]: { value: { items: [example], cursor: null } } },
      }),
  };
}

const withoutStatus = (
  responses: Readonly<Record<string, ResponseObject>>,
  status: string,
): Readonly<Record<string, ResponseObject>> =>
  Object.fromEntries(Object.entries(responses).filter(([one]) => one !== status));

const camel = (words: string): string =>
  words.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
