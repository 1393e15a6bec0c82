import { Tracer } from '@aws-lambda-powertools/tracer';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import type { Tracing } from './tracing.ts';

/** Tracing by Powertools; loads the X-Ray SDK. */
export function createTracing(): Tracing {
  // Clients are captured one by one: patching all of HTTP would not reach the clients, which hold their own references to it.
  const tracer = new Tracer({ captureHTTPsRequests: false });
  return {
    capture: (client) => tracer.captureAWSv3Client(client),
    // What a handler answers may be personal.
    middleware: captureLambdaHandler(tracer, { captureResponse: false }),
  };
}
