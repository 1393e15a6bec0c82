import { Gateway } from '../../tools/local/http/gateway.ts';
import { anything, typesOf } from '../factories/ingest-types.ts';
import { type IngestHarness, ingestHarness } from './ingest-harness.ts';

/** Ingestion of events of any shape behind a real HTTP server, for senders that are not ours. */
export class IngestServer {
  /** Where CloudEvents are posted. */
  readonly url: string;
  readonly #gateway: Gateway;
  #ingest = fresh();

  private constructor(url: string, gateway: Gateway) {
    this.url = url;
    this.#gateway = gateway;
  }

  static async start(): Promise<IngestServer> {
    const gateway = new Gateway();
    const server = new IngestServer(`http://127.0.0.1:${await gateway.listen(0)}/v1/events`, gateway);
    gateway.open(
      [{ key: 'POST /v1/events', functionName: 'ingest', timeoutMs: 10_000 }],
      async (_, payload) => ({
        ok: true,
        requestId: 'r',
        payload: JSON.stringify(await server.#ingest.handle(JSON.parse(payload))),
      }),
    );
    return server;
  }

  /** What has been stored since the last call of {@link clear}. */
  get ingest(): IngestHarness {
    return this.#ingest;
  }

  clear(): void {
    this.#ingest = fresh();
  }

  end(): Promise<void> {
    return this.#gateway.end();
  }
}

const fresh = (): IngestHarness => ingestHarness([], { types: typesOf(anything) });
