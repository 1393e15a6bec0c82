import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { authorize } from '../ingest/authorize.ts';
import type { KeyChecker } from '../ingest/keys.ts';
import { ProblemError, problem, problemOf } from '../ingest/problem.ts';
import { DOCUMENT_PATH, PAGE_PATH, type StaticAnswers } from '../openapi/paths.ts';
import { type Pipeline, windowStages } from '../pipeline/index.ts';
import { classifyFault } from '../runtime/faults.ts';
import { CursorError } from './cursor.ts';
import { readPage } from './page.ts';
import { ParameterError, parseWindowParams } from './params.ts';
import { readStages } from './stages.ts';
import { statusPage } from './status-page/page.ts';

/** What the query API works with. */
export interface QueryOptions {
  readonly client: DynamoDBClient;
  readonly resultsTable: string;
  readonly stateTable: string;
  readonly pipelines: readonly Pipeline[];
  /** Reads what is answered without looking at anything, the API's document and its page; called when first asked for. */
  readonly statics: () => StaticAnswers;
  /** Checks keys; undefined where reading needs none. */
  readonly keys: KeyChecker | undefined;
  /** Told of faults of the infrastructure. */
  readonly warn: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

type Answer = APIGatewayProxyStructuredResultV2;
type Event = Partial<APIGatewayProxyEventV2>;

const WINDOWS = /\/v1\/windows\/([^/]+)\/?$/;
const STAGES = /\/v1\/stages\/?$/;
const HEALTH = /\/healthz\/?$/;
const RETRY_S = 2;

const json = (body: string): Answer => ({
  statusCode: 200,
  // Results change with every late event.
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body,
});

/** Answers one request after another; never throws. */
export function createQuery(options: QueryOptions): (event: Event) => Promise<Answer> {
  const { client, resultsTable, stateTable, pipelines, keys, warn } = options;
  let statics: StaticAnswers | undefined;
  const declared = pipelines.flatMap(windowStages);
  const stages = declared.filter(({ materialize }) => materialize);
  const page = statusPage(declared);

  const windows = async (stage: string, search: string): Promise<Answer> => {
    if (!stages.some(({ name }) => name === stage)) {
      const names = stages.map(({ name }) => name);
      throw new ProblemError('unknown-stage', `"${stage.slice(0, 100)}" is none of: ${names.join(', ')}`, {
        members: { stages: names },
      });
    }
    return json(await readPage(client, resultsTable, parseWindowParams(stage, search)));
  };

  const handle = async (event: Event): Promise<Answer> => {
    const path = event.rawPath ?? '/';
    const method = event.requestContext?.http?.method ?? 'GET';
    if (method !== 'GET') {
      throw new ProblemError('method-not-allowed', `the method is ${method.slice(0, 20)}`, {
        headers: { allow: 'GET' },
      });
    }
    if (HEALTH.test(path)) return json('{"status":"ok"}');
    if (path === DOCUMENT_PATH || path === PAGE_PATH) {
      statics ??= options.statics();
      return { statusCode: 200, ...statics[path] };
    }
    const [, stage] = WINDOWS.exec(path) ?? [];
    if (stage === undefined && !STAGES.test(path)) {
      if (path === '/' || path === '') return page;
      throw new ProblemError(
        'not-found',
        `there are /, ${PAGE_PATH}, /healthz, ${DOCUMENT_PATH}, /v1/stages and /v1/windows/{stage}`,
      );
    }
    if (keys !== undefined) await authorize(event.headers?.['x-api-key'], keys, warn);
    if (stage !== undefined) return windows(decoded(stage), event.rawQueryString ?? '');
    return json(JSON.stringify({ stages: await readStages(client, stateTable, pipelines) }));
  };

  return async (event) => {
    try {
      return await handle(event);
    } catch (error) {
      return answerOf(error, warn);
    }
  };
}

function answerOf(error: unknown, warn: QueryOptions['warn']): Answer {
  if (error instanceof ProblemError) return problemOf(error);
  if (error instanceof ParameterError || error instanceof CursorError) {
    return problem('invalid-parameter', error.message);
  }
  warn('a request failed', { error });
  // The SDK marks what came of its requests; anything else is a fault of this program.
  const unavailable = Object.hasOwn(Object(error), '$metadata') && classifyFault(error) !== 'final';
  return unavailable
    ? problem('results-unavailable', 'the tables could not be read', {
        headers: { 'retry-after': `${RETRY_S}` },
      })
    : problem('internal', 'the request could not be handled');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
