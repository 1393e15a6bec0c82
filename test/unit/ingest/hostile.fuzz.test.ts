import { isUtf8 } from 'node:buffer';
import { expect, test } from 'vitest';
import { openApiDocument } from '../../../shared/openapi/document.ts';
import type { OpenApiDocument } from '../../../shared/openapi/types.ts';
import { pipelines } from '../../../shared/pipelines/index.ts';
import { httpEvent } from '../../factories/http.ts';
import { Contract } from '../../support/contract.ts';
import { Ledger } from '../../support/hostile/ledger.ts';
import { type HostileRequest, hostileRequests } from '../../support/hostile/requests.ts';
import { ingestHarness } from '../../support/ingest-harness.ts';

/** The long form is test/soak/hostile-requests.test.ts, over HTTP; this one has no gateway, stream or lake. */
const COUNT = Number(process.env.HOSTILE_IN_PROCESS ?? '500');
const PIECE = 500;
const SEED = Number(process.env.SEED ?? '7');

const document = openApiDocument({
  pipelines,
  version: '0',
  access: { gateway: 'local', readKey: false, iam: false, jwt: undefined },
});
const contract = new Contract(JSON.parse(JSON.stringify(document)) as OpenApiDocument);
/** What the gateway answers itself, or has another function answer. */
const isOthers = ({ method, target }: HostileRequest) =>
  method === 'HEAD' || !/^\/v1\/(?:events|validate)/.test(target);

test(`${COUNT} hostile requests to the handler: documented answers, and in the stream what was accepted`, async () => {
  for (let from = 0; from < COUNT; from += PIECE) {
    const ingest = ingestHarness();
    const ledger = new Ledger();
    for (const request of hostileRequests(SEED + from, PIECE, `h${from}`)) {
      if (isOthers(request)) continue;
      const { method, target, headers, body } = request;
      const [path = '', query = ''] = target.split('?');
      const isText = headers['content-encoding'] === undefined && isUtf8(body);
      const given = await ingest.handle(
        httpEvent({
          method,
          path,
          query,
          headers: { 'x-api-key': undefined, 'content-type': undefined, ...headers },
          ...(body.length > 0 && { body: isText ? body.toString('utf8') : body }),
        }),
      );
      const answer = {
        status: given.statusCode ?? 0,
        headers: new Headers(
          Object.entries(given.headers ?? {}).map(([name, value]) => [name, String(value)]),
        ),
        body: given.body ?? '',
      };
      const documented = contract.problemsOf({ method, path, ...answer }) ?? [];
      expect([request, [...ledger.record(request, answer), ...documented]]).toEqual([request, []]);
    }
    const tokens = ingest.stored().map(({ data }) => String((data as { token?: unknown }).token));
    expect(ledger.differences(tokens)).toEqual([]);
    expect(tokens.length).toBe(ledger.accepted);
    expect(ledger.accepted).toBeGreaterThan(PIECE / 10);
  }
}, 3_600_000);
