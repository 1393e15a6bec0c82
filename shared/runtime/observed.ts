import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy, { type MiddlewareObj } from '@middy/core';
import { lambdaLogger } from './logger.ts';
import type { Publishing } from './telemetry/meter.ts';
import { tracing } from './tracing.ts';

/**
 * The middleware of every function: logs carry the id of the request, meters are published when an invocation ends, well or
 * not, and where there is tracing the invocation is traced.
 */
export function observed<Event, Result>(...meters: readonly Publishing[]) {
  // Events are never logged, whatever the environment says: they may be personal.
  const observing = middy<Event, Result>().use(injectLambdaContext(lambdaLogger, { logEvent: false }));
  if (tracing !== undefined) observing.use(tracing.middleware);
  return observing.use(publishing(meters));
}

function publishing(meters: readonly Publishing[]): MiddlewareObj {
  const publish = (): void => {
    for (const meter of meters) meter.publish();
  };
  return { after: publish, onError: publish };
}
