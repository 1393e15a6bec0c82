import { type Answer, interpret, unanswered } from './answer.ts';
import { encodeBody } from './compress.ts';
import type { ClientOptions } from './options.ts';

/** What the requests of a client have in common. */
export type RequestOptions = Pick<
  ClientOptions,
  'url' | 'key' | 'token' | 'path' | 'fetch' | 'sender' | 'compress'
> & { readonly requestTimeout: number };

/** Posts lines of NDJSON, once. */
export class Requests {
  readonly #options: RequestOptions;
  readonly #root: URL;
  #answered = false;

  /** @throws TypeError when the address is none */
  constructor(options: RequestOptions) {
    this.#options = options;
    const { url, path = options.token === undefined ? 'v1' : 'v1/jwt' } = options;
    const root = new URL(url);
    if (!root.pathname.endsWith('/')) root.pathname += '/';
    this.#root = new URL(`${path.replace(/^\/|\/$/g, '')}/`, root);
  }

  /** Whether the server has ever answered. */
  get answered(): boolean {
    return this.#answered;
  }

  /**
   * @param path - below the version's path
   * @param signal - gives the request up: whoever aborts it does not want the answer
   */
  async post(path: string, lines: readonly string[], signal: AbortSignal): Promise<Answer> {
    const { compress = true, fetch: send = fetch, requestTimeout } = this.#options;
    const endpoint = new URL(path, this.#root);
    // A timer that is cleared: that of `AbortSignal.timeout` would keep every request's body for a minute.
    const abort = new AbortController();
    const giveUp = () => abort.abort(signal.reason);
    const timer = setTimeout(
      () => abort.abort(new DOMException('no answer', 'TimeoutError')),
      requestTimeout,
    );
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
    try {
      const { bytes, encoding } = await encodeBody(lines.join('\n'), compress);
      const response = await send(endpoint, {
        method: 'POST',
        headers: await this.#headers(encoding),
        body: bytes,
        redirect: 'error',
        signal: abort.signal,
      });
      const text = await response.text();
      this.#answered = true;
      return interpret(response.status, response.headers, text);
    } catch (error) {
      return unanswered(describeFault(endpoint, error));
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    }
  }

  /**
   * What a named sender's clock shows is told anew with each attempt: the server measures it once and remembers it under the
   * name, so that all attempts get the same event times, even if the first never reached it.
   */
  async #headers(encoding: string | undefined): Promise<Record<string, string>> {
    const { key, token, sender } = this.#options;
    return {
      'content-type': 'application/x-ndjson',
      ...(encoding !== undefined && { 'content-encoding': encoding }),
      ...(key !== undefined && { 'x-api-key': key }),
      ...(token !== undefined && { authorization: `Bearer ${await token()}` }),
      ...(sender !== undefined && {
        'millrace-sender': sender,
        'millrace-sent-at': new Date().toISOString(),
      }),
    };
  }
}

/** `fetch` says only "fetch failed"; what happened is in the cause. */
function describeFault(endpoint: URL, error: unknown): string {
  const { cause, message, name } = Object(error) as {
    cause?: { code?: string; message?: string };
    message?: string;
    name?: string;
  };
  const what = name === 'TimeoutError' ? 'no answer in time' : (cause?.code ?? cause?.message ?? message);
  return `cannot reach ${endpoint.origin}: ${what}`;
}
