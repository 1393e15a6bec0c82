import { Agent, request } from 'node:http';

/** An error that an AWS JSON service answered with. */
export class AwsJsonError extends Error {
  override readonly name = 'AwsJsonError';
  /** Without its namespace, such as `ResourceNotFoundException`. */
  readonly type: string;

  constructor(type: string, message: string) {
    super(message === '' ? type : message);
    this.type = type;
  }
}

/** The services of the emulators and how they are spoken to. */
const SERVICES = {
  kinesis: { target: 'Kinesis_20131202', contentType: 'application/x-amz-json-1.1' },
  dynamodb: { target: 'DynamoDB_20120810', contentType: 'application/x-amz-json-1.0' },
} as const;

/**
 * Speaks the AWS JSON protocol to an emulator. The SDK's clients would do, but they decode every record from base64,
 * and a Lambda event wants it in base64 again.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export class AwsJsonClient {
  readonly #endpoint: string;
  readonly #service: (typeof SERVICES)[keyof typeof SERVICES];
  readonly #authorization: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(service: keyof typeof SERVICES, endpoint: string) {
    this.#endpoint = endpoint;
    this.#service = SERVICES[service];
    this.#authorization = `AWS4-HMAC-SHA256 Credential=local/20000101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=local`;
  }

  /** @throws AwsJsonError for an answer that is an error; Error when there is no answer */
  async call<T = unknown>(operation: string, input: unknown): Promise<T> {
    const { status, body } = await this.#send(operation, JSON.stringify(input));
    const answer =
      body === '' ? {} : (JSON.parse(body) as { __type?: string; message?: string; Message?: string });
    if (status === 200) return answer as T;
    const type = (answer.__type ?? `status ${status}`).replace(/^.*#/, '');
    throw new AwsJsonError(type, answer.message ?? answer.Message ?? '');
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(operation: string, body: string): Promise<{ status: number; body: string }> {
    const { target, contentType } = this.#service;
    const headers = {
      'content-type': contentType,
      'content-length': Buffer.byteLength(body),
      'x-amz-target': `${target}.${operation}`,
      'x-amz-date': '20000101T000000Z',
      authorization: this.#authorization,
    };
    return new Promise((resolve, reject) => {
      const sent = request(this.#endpoint, { method: 'POST', agent: this.#agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}
