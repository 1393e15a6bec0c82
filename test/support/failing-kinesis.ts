import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { close, listen } from '../../tools/local/listen.ts';

/**
 * What becomes of a request: `partial` stores some records and refuses the others, `lost-answer` stores all and cuts the
 * connection, `timed-out` stores all and never answers, `down` is cut off before anything happens.
 */
export type Fate = 'ok' | 'throttled' | 'partial' | 'broken' | 'lost-answer' | 'timed-out' | 'down';

/** Decides about a request. */
export type Fates = (operation: string) => Fate;

interface Request {
  readonly operation: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

interface PutRecords {
  readonly Records: readonly { readonly ExplicitHashKey?: string }[];
}

const THROTTLE = 'ProvisionedThroughputExceededException';

/** Stands in front of a Kinesis emulator and makes requests fail in the ways that Kinesis knows. */
export class FailingKinesis {
  readonly endpoint: string;
  /** How often each fate was had. */
  readonly tally = new Map<Fate, number>();
  fates: Fates = () => 'ok';
  readonly #stop: () => Promise<void>;
  readonly #target: string;

  private constructor(target: string, endpoint: string, stop: () => Promise<void>) {
    this.#target = target;
    this.endpoint = endpoint;
    this.#stop = stop;
  }

  /** @param target - address of the emulator */
  static async start(target: string): Promise<FailingKinesis> {
    const server = createServer();
    server.keepAliveTimeout = 0;
    const port = await listen(server, 0);
    const kinesis = new FailingKinesis(target, `http://127.0.0.1:${port}`, () => close(server));
    server.on('request', (request, response) => {
      kinesis.#handle(request, response).catch(() => response.destroy());
    });
    return kinesis;
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const operation = String(message.headers['x-amz-target']).split('.').at(-1) ?? '';
    const request = { operation, headers: message.headers, body: Buffer.concat(chunks) };
    const fate = this.fates(operation);
    this.tally.set(fate, (this.tally.get(fate) ?? 0) + 1);
    await this.#carryOut(fate, request, response);
  }

  async #carryOut(fate: Fate, request: Request, response: ServerResponse): Promise<void> {
    switch (fate) {
      case 'down':
        response.destroy();
        return;
      case 'throttled':
        reply(response, 400, { __type: THROTTLE, message: 'Rate exceeded' });
        return;
      case 'broken':
        reply(response, 500, { __type: 'InternalFailure', message: 'broken' });
        return;
      case 'partial':
        if (request.operation === 'PutRecords') return this.#putSome(request, response);
        break;
      case 'lost-answer':
        await this.#forward(request);
        response.destroy();
        return;
      case 'timed-out':
        await this.#forward(request);
        return;
    }
    const { status, body } = await this.#forward(request);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(body);
  }

  /** Stores the records of every second lane, another half each second; the answer tells of all, in their order. */
  async #putSome(request: Request, response: ServerResponse): Promise<void> {
    const input = JSON.parse(request.body.toString()) as PutRecords;
    const half = Math.floor(Date.now() / 1_000) % 2;
    const isKept = ({ ExplicitHashKey: key = '0' }: PutRecords['Records'][number]) =>
      Number(BigInt(key) >> 124n) % 2 === half;
    const kept = input.Records.filter(isKept);
    const stored: unknown[] = [];
    if (kept.length > 0) {
      const body = Buffer.from(JSON.stringify({ ...input, Records: kept }));
      const answer = await this.#forward({ ...request, body });
      stored.push(...(JSON.parse(answer.body) as { Records: unknown[] }).Records);
    }
    const Records = input.Records.map((record) =>
      isKept(record) ? stored.shift() : { ErrorCode: THROTTLE, ErrorMessage: 'Rate exceeded for shard' },
    );
    reply(response, 200, { FailedRecordCount: input.Records.length - kept.length, Records });
  }

  async #forward({ headers, body }: Request): Promise<{ status: number; body: string }> {
    const { host: _, connection: __, 'content-length': ___, ...rest } = headers;
    const answer = await fetch(this.#target, {
      method: 'POST',
      headers: rest as Record<string, string>,
      body: new Uint8Array(body),
    });
    return { status: answer.status, body: await answer.text() };
  }
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}
