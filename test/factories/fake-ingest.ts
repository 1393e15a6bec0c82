import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** One request as the fake ingestion sees it. */
export interface FakeRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** The lines of the body. */
  readonly lines: readonly string[];
}

/** Answers a request; or does something worse with the connection. */
export type FakeAnswer = (request: FakeRequest, response: ServerResponse) => void;

/** An HTTP server in the place of ingestion. */
export interface FakeIngest {
  readonly url: URL;
  readonly requests: FakeRequest[];
  stop(): Promise<void>;
}

export async function startFakeIngest(answer: FakeAnswer): Promise<FakeIngest> {
  const requests: FakeRequest[] = [];
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const text = message.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    const request = {
      path: message.url ?? '',
      headers: message.headers,
      lines: text.toString().split('\n'),
    };
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    requests,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Sends an answer in JSON. */
export function reply(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Answers that everything is stored. */
export const acceptAll: FakeAnswer = ({ lines }, response) =>
  reply(response, 202, { accepted: lines.length, rejected: [] });
