import { EventEmitter } from 'node:events';
import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';

/** A command of the SDK as far as the emulator needs it: its class names the operation. */
export interface Command {
  readonly input: object;
}

export const operationOf = (command: Command): string => command.constructor.name.replace(/Command$/, '');

const HEADERS = {
  'content-type': 'application/x-amz-json-1.0',
  authorization: 'AWS4-HMAC-SHA256 Credential=test, SignedHeaders=host, Signature=test',
  'x-amz-date': '20260101T000000Z',
};

/**
 * dynalite, asked within the process: its server gets requests that never were on a socket. Nothing but the transport and the
 * SDK's wire format is left out, which are most of what a call costs: it takes a fraction of a millisecond.
 */
export class InProcessDynamoDB {
  readonly server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  /** Carries out commands as a client of the SDK would. */
  readonly client = {
    send: (command: Command) => this.request(operationOf(command), command.input),
    destroy: () => {},
  } as unknown as DynamoDBClient;

  async request(operation: string, input: object): Promise<unknown> {
    const { status, body } = await this.#exchange(operation, JSON.stringify(toWire(input)));
    const answer = JSON.parse(body) as { __type?: string; message?: string };
    if (status === 200) return fromWire(answer);
    const name = answer.__type?.split('#')[1] ?? 'UnknownError';
    const message = answer.message ?? body;
    if (name === 'ConditionalCheckFailedException')
      throw new ConditionalCheckFailedException({ message, $metadata: {} });
    throw Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
  }

  #exchange(operation: string, body: string): Promise<{ status: number; body: string }> {
    return new Promise((resolve) => {
      const request = Object.assign(new EventEmitter(), {
        method: 'POST',
        url: '/',
        headers: { ...HEADERS, 'x-amz-target': `DynamoDB_20120810.${operation}` },
      });
      const response = {
        statusCode: 200,
        setHeader: () => {},
        end: (text: string) => resolve({ status: response.statusCode, body: text }),
      };
      this.server.emit('request', request, response);
      request.emit('data', Buffer.from(body));
      request.emit('end');
    });
  }
}

/** Binary attributes travel as base64. */
function toWire(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, toWire(entry)]));
}

function fromWire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [
      name,
      name === 'B' && typeof entry === 'string'
        ? new Uint8Array(Buffer.from(entry, 'base64'))
        : fromWire(entry),
    ]),
  );
}
