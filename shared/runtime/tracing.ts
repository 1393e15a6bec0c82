import type { MiddlewareObj } from '@middy/core';

/** Traces of X-Ray: a part for each invocation, and one in it for each request of a client. */
export interface Tracing {
  /** Has a client's requests appear in the trace. */
  capture<C>(client: C): C;
  readonly middleware: MiddlewareObj;
}

/**
 * Undefined unless the deployment has tracing. The variable is known when functions are bundled: without tracing, the X-Ray SDK is
 * not even in the bundle, and with it, it costs a start some 30 ms of CPU (docs/decisions/0047-telemetry.md).
 */
export const tracing: Tracing | undefined =
  process.env.MILLRACE_TRACING === 'on' ? (await import('./xray.ts')).createTracing() : undefined;

/** A client whose requests are traced, where there is tracing. */
export const traced = <C>(client: C): C => tracing?.capture(client) ?? client;
