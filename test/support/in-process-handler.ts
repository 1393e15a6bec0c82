import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { NodeHttpHandler } from '@smithy/node-http-handler';

type Handle = NodeHttpHandler['handle'];
type Answer = Awaited<ReturnType<Handle>>;

/**
 * Gives a client's requests to a server within the process: the SDK writes, signs and reads them as ever, but they never are on a
 * socket, which is more than half of what a call to an emulator in memory costs.
 */
export class InProcessHandler extends NodeHttpHandler {
  readonly #server: Server;

  constructor(server: Server) {
    super();
    this.#server = server;
  }

  override handle(...[{ method, path, headers, body }]: Parameters<Handle>): Promise<Answer> {
    return new Promise((resolve) => {
      const request = Object.assign(new EventEmitter(), { method, url: path, headers: inLowerCase(headers) });
      const answered: Record<string, string> = {};
      const response = {
        statusCode: 200,
        setHeader: (name: string, value: string | number) => {
          answered[name.toLowerCase()] = String(value);
        },
        end: (text: string) => {
          const { statusCode } = response;
          resolve({
            response: { statusCode, headers: answered, body: Buffer.from(text) } as Answer['response'],
          });
        },
      };
      this.#server.emit('request', request, response);
      request.emit('data', bytesOf(body));
      request.emit('end');
    });
  }
}

/** As Node's server hands them to its listeners. */
const inLowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** What the SDK has written, which is bytes with methods of a text. */
const bytesOf = (body: string | Uint8Array): Buffer =>
  typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
