import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { HostileRequest } from './requests.ts';

/** What came back. */
export interface HostileAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Nothing may take longer, on a machine that has other things to do. */
const PATIENCE_MS = 60_000;

/** Sends hostile requests over HTTP, as they are: `fetch` would refuse to send many of them. */
export class HostileSender {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #url: URL;

  constructor(url: string) {
    this.#url = new URL(url);
  }

  /** @throws Error when there is no answer in time, or the connection ends without one */
  send({ method, target, headers, body }: HostileRequest): Promise<HostileAnswer> {
    // Who promises a body and brings none is waited for: that is `unfinished` below.
    const bare = method === 'GET' || method === 'HEAD';
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest({
        agent: this.#agent,
        host: this.#url.hostname,
        port: this.#url.port,
        method,
        path: target,
        headers: { ...headers, ...(!bare && { 'content-length': body.length }) },
        timeout: PATIENCE_MS,
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${target}: no answer`)));
      outgoing.on('error', reject);
      outgoing.on('response', (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: new Headers(
              Object.entries(incoming.headers).map(([name, value]): [string, string] => [
                name,
                String(value),
              ]),
            ),
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      });
      outgoing.end(bare ? undefined : body);
    });
  }

  /**
   * Writes bytes to a connection that are no whole request, and leaves: whatever the server makes of them, it must not be more
   * than was there.
   */
  leave(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(this.#url.port), this.#url.hostname, () => {
        socket.write(bytes, () => setTimeout(() => socket.destroy(), 5));
      });
      // What is left half way is reset by either side.
      socket.on('error', () => undefined);
      socket.on('close', () => resolve());
      socket.setTimeout(PATIENCE_MS, () => reject(new Error('the connection hangs')));
      socket.resume();
    });
  }

  end(): void {
    this.#agent.destroy();
  }
}

/** A request on the wire that promises more of a body than it brings. */
export function unfinished({ target, headers, body }: HostileRequest): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`POST ${target} HTTP/1.1`, 'host: x', ...lines, `content-length: ${body.length + 1}`].join(
    '\r\n',
  );
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), body]);
}
