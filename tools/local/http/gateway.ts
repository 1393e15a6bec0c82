import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Outcome, PayloadTooLargeError } from '../functions/outcome.ts';
import { close, listen } from '../listen.ts';
import type { CorsSpec, RouteSpec } from '../template/model.ts';
import { authorizeRequest } from './authorizers/authorize.ts';
import { Tokens } from './authorizers/tokens.ts';
import { BodyTooLargeError, readBody } from './body.ts';
import { applyCors } from './cors.ts';
import { httpEvent, splitQuery } from './event.ts';
import { sendProblem } from './problem.ts';
import { sendResponse } from './response.ts';
import { Router } from './router.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** What Lambda's limit on an invocation's payload means to who posted: binary bodies grow by a third on the way. */
const TOO_LARGE =
  'the body is too large: with its headers, and as base64 where it is binary, it may take 6 MB';

type Invoke = (functionName: string, payload: string) => Promise<Outcome>;

/** Paths that the local run adds to those of the template: GET answers with the value as JSON. */
type Extras = ReadonlyMap<string, () => unknown>;

interface Routes {
  readonly router: Router;
  readonly invoke: Invoke;
  readonly extras: Extras;
  readonly cors: CorsSpec | undefined;
}

/**
 * The HTTP API of a template on one local port. It listens before there are routes, and answers 503 until
 * {@link Gateway.open} and after {@link Gateway.close}.
 */
export class Gateway {
  readonly #server: Server;
  readonly #tokens = new Tokens();
  #routes: Routes | undefined;
  #reason = 'the pipeline is starting';

  constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error) => {
        if (!response.headersSent) sendProblem(response, 500, 'Internal Server Error', String(error));
        else response.destroy();
      });
    });
  }

  /**
   * @returns the port it listens on
   * @throws Error with code EADDRINUSE when the port is taken
   */
  listen(port: number): Promise<number> {
    return listen(this.#server, port);
  }

  open(routes: readonly RouteSpec[], invoke: Invoke, extras: Extras = new Map(), cors?: CorsSpec): void {
    this.#routes = { router: new Router(routes), invoke, extras, cors };
  }

  /** Takes no more requests, and resolves when those that are running have been answered. */
  async close(): Promise<void> {
    this.#routes = undefined;
    this.#reason = 'the pipeline is stopping';
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeIdleConnections();
    await closed;
  }

  /** Stops at once, whoever is still waiting for an answer. */
  end(): Promise<void> {
    return close(this.#server);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#routes === undefined) {
      const headers = { 'retry-after': '1' };
      return refuse(request, response, 503, 'Service Unavailable', this.#reason, headers);
    }
    const { router, invoke, extras, cors } = this.#routes;
    if (applyCors(cors, request, response)) return;
    const [path] = splitQuery(request.url ?? '/');
    const extra = request.method === 'GET' ? extras.get(path) : undefined;
    if (extra !== undefined) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(extra()));
      return;
    }
    const match = router.match(request.method ?? 'GET', path);
    if (match.kind === 'notFound') {
      return refuse(request, response, 404, 'Not Found', `there is nothing at ${path}`);
    }
    if (match.kind === 'methodNotAllowed') {
      const allow = match.allow.join(', ');
      const detail = `${path} takes ${allow}`;
      return refuse(request, response, 405, 'Method Not Allowed', detail, { allow });
    }
    let body: Buffer;
    try {
      body = await readBody(request, MAX_BODY_BYTES);
    } catch (error) {
      if (!(error instanceof BodyTooLargeError)) return;
      return refuse(request, response, 413, 'Content Too Large', error.message);
    }
    const caller = await authorizeRequest(match.route.authorizer, request, body, this.#tokens);
    if ('status' in caller) {
      const title = caller.status === 401 ? 'Unauthorized' : 'Forbidden';
      return refuse(request, response, caller.status, title, caller.detail);
    }
    const payload = httpEvent(request, body, match.route, match.parameters, caller.context);
    await integrate(response, () => invoke(match.route.functionName, payload), match.route.timeoutMs);
  }
}

/** Answers without having read the body, which ends the connection. */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  title: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const close: Record<string, string> = request.complete ? {} : { connection: 'close' };
  sendProblem(response, status, title, detail, { ...headers, ...close });
  // The client is still sending: what it sends is read and forgotten, or it would not see the answer.
  request.resume();
}

async function integrate(
  response: ServerResponse,
  invoke: () => Promise<Outcome>,
  timeoutMs: number,
): Promise<void> {
  const timer = setTimeout(() => {
    sendProblem(response, 503, 'Service Unavailable', `no answer within ${timeoutMs} ms`);
  }, timeoutMs);
  try {
    const outcome = await invoke();
    if (response.writableEnded) return;
    if (outcome.ok) sendResponse(response, outcome.payload);
    else sendProblem(response, 500, 'Internal Server Error', 'the function failed; its log says why');
  } catch (error) {
    if (response.writableEnded) return;
    if (error instanceof PayloadTooLargeError) sendProblem(response, 413, 'Content Too Large', TOO_LARGE);
    else sendProblem(response, 500, 'Internal Server Error', String(error));
  } finally {
    clearTimeout(timer);
  }
}
