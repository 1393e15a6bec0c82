import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** What a test says of an HTTP request; the rest is what a client would send. */
export interface HttpRequest {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Bytes are passed on in base64, as API Gateway does. */
  readonly body?: string | Uint8Array;
}

/** The key that requests of {@link httpEvent} carry. */
export const TEST_KEY = 'local';

/** An event of an HTTP API with payload format 2.0. A header that is undefined is left out. */
export function httpEvent(request: HttpRequest = {}): APIGatewayProxyEventV2 {
  const { method = 'POST', path = '/v1/events/network-traffic', query = '', body } = request;
  const headers = { 'content-type': 'application/json', 'x-api-key': TEST_KEY, ...request.headers };
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    queryStringParameters: Object.fromEntries(new URLSearchParams(query)),
    headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
    requestContext: {
      accountId: '000000000000',
      apiId: 'api',
      domainName: 'localhost',
      domainPrefix: 'localhost',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      requestId: 'request',
      routeKey: '$default',
      stage: '$default',
      time: '01/Jan/2026:00:00:00 +0000',
      timeEpoch: 1_767_225_600_000,
    },
    ...(typeof body === 'string' && { body, isBase64Encoded: false }),
    ...(body instanceof Uint8Array && { body: Buffer.from(body).toString('base64'), isBase64Encoded: true }),
    isBase64Encoded: body instanceof Uint8Array,
  };
}
