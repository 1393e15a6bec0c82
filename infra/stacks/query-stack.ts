import { Duration } from 'aws-cdk-lib';
import { type HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import { DOCUMENT_PATH, PAGE_PATH } from '../../shared/openapi/paths.ts';
import { ENV } from '../../shared/runtime/env.ts';
import { BundledFunction } from '../constructs/bundled-function.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { addRoutes } from '../constructs/http-entrance.ts';
import { onIndex, onTable } from '../constructs/permissions.ts';
import { RESULTS_BY_TIME } from '../constructs/tables.ts';
import { MillraceStack } from './millrace-stack.ts';
import type { StreamsStack } from './streams-stack.ts';

/** The way out: results and the state of the stages, on the API of the ingestion stack. */
export class QueryStack extends MillraceStack {
  constructor(scope: Construct, deployment: Deployment, data: StreamsStack, api: HttpApi) {
    super(scope, 'Query', deployment, 'the query API');
    this.addStackDependency(data);
    const { alerting, tables } = data;
    const query = new BundledFunction(this, 'Query', {
      deployment,
      alerting,
      bundle: 'query',
      description: 'Answers questions about results and stages',
      memory: 512,
      timeout: Duration.seconds(15),
      variables: {
        [ENV.stateTable]: tables.state.tableName,
        [ENV.resultsTable]: tables.results.tableName,
        [ENV.keysTable]: tables.keys.tableName,
        [ENV.queryAuth]: deployment.environment.queryAuth,
      },
      permissions: [
        onTable(tables.results, 'Query'),
        onIndex(tables.results, RESULTS_BY_TIME),
        onTable(tables.state, 'Query', 'GetItem'),
        onTable(tables.keys, 'GetItem'),
      ],
    });
    addRoutes(
      this,
      api,
      query.function,
      ['/v1/windows/{stage}', '/v1/stages', DOCUMENT_PATH, PAGE_PATH, '/healthz', '/'].map((path) => ({
        method: HttpMethod.GET,
        path,
      })),
    );
  }
}
