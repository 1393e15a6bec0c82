import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readBody } from '../http/body.ts';
import type { SecretStore } from './store.ts';

/** A secret holds 64 KiB at most: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const MAX_BODY = 256 * 1024;

interface Input {
  readonly SecretId?: string;
  readonly SecretString?: string;
}

/**
 * An HTTP server that speaks the part of the Secrets Manager API that reads and replaces a secret's value; secrets come
 * from the template.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/Welcome.html
 */
export function createSecretsServer(store: SecretStore): Server {
  return createServer((request, response) => {
    answer(store, request, response).catch(() => response.destroy());
  });
}

async function answer(store: SecretStore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const operation = String(request.headers['x-amz-target'] ?? '').replace(/^secretsmanager\./, '');
  const input = JSON.parse((await readBody(request, MAX_BODY)).toString('utf8') || '{}') as Input;
  const { SecretId = '', SecretString } = input;
  const current = store.get(SecretId);
  const send = (status: number, body: object) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  };
  if (current === undefined) {
    const message = "Secrets Manager can't find the specified secret.";
    send(400, { __type: 'ResourceNotFoundException', message });
  } else if (operation === 'GetSecretValue') {
    send(200, { Name: SecretId, SecretString: current, VersionStages: ['AWSCURRENT'] });
  } else if (operation === 'PutSecretValue' && SecretString !== undefined) {
    store.put(SecretId, SecretString);
    send(200, { Name: SecretId, VersionStages: ['AWSCURRENT'] });
  } else {
    send(400, {
      __type: 'InvalidRequestException',
      message: `${operation} is not part of the local service`,
    });
  }
}
