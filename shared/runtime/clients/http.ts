import { NodeHttpHandler } from '@smithy/node-http-handler';

/** How long, in milliseconds, a connection may take to open: services of the same region answer within a few. */
const CONNECTION_TIMEOUT_MS = 2_000;
/** Connections that stay open between invocations: opening one costs a TLS handshake, more than the request itself. */
const MAX_SOCKETS = 50;

/**
 * The HTTP handler of every AWS client: HTTP/1.1 (the local emulators speak nothing else, and the Kinesis client would
 * choose HTTP/2), connections kept alive, and a request that takes too long fails instead of only logging a warning.
 *
 * @see https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/node-configuring-maxsockets.html
 * @param requestTimeout - milliseconds from sending a request to the end of its answer
 */
export function httpHandler(requestTimeout: number): NodeHttpHandler {
  const agent = { keepAlive: true, maxSockets: MAX_SOCKETS };
  return new NodeHttpHandler({
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout,
    throwOnRequestTimeout: true,
    httpAgent: agent,
    httpsAgent: agent,
  });
}
