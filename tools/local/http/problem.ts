import type { ServerResponse } from 'node:http';

/** Answers with problem details. @see https://www.rfc-editor.org/rfc/rfc9457 */
export function sendProblem(
  response: ServerResponse,
  status: number,
  title: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = JSON.stringify({ type: 'about:blank', title, status, detail });
  response.writeHead(status, { 'content-type': 'application/problem+json', ...headers });
  response.end(body);
}
