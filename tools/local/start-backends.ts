import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type Service, startService } from './emulators/start.ts';
import { close, listen } from './listen.ts';
import type { LocalEndpoints } from './run.ts';
import { createS3Server } from './s3/server.ts';
import { ObjectStore } from './s3/store.ts';
import { createSecretsServer } from './secrets/server.ts';
import { SecretStore } from './secrets/store.ts';
import type { Shutdown } from './shutdown.ts';
import { Messages } from './sns/messages.ts';
import { createSnsServer } from './sns/server.ts';

/** The services under the application, answering. */
export interface Backends {
  readonly kinesis: Service;
  readonly dynamodb: Service;
  readonly objects: ObjectStore;
  /** ARNs of the topics that SNS knows; empty at first. */
  readonly topics: Set<string>;
  /** What was published to them. */
  readonly messages: Messages;
  readonly secrets: SecretStore;
  /** A server for the Lambda API, without anything behind it yet. */
  readonly lambda: ReturnType<typeof createServer>;
  readonly endpoints: LocalEndpoints;
}

interface Options {
  readonly dataDir: string;
  readonly notice: (text: string) => void;
  readonly shutdown: Shutdown;
  readonly onProgress: (text: string) => void;
}

/** Starts the emulators and the endpoints of S3 and SNS, and opens the port of the Lambda API, which functions need to know. */
export async function startBackends({ dataDir, notice, shutdown, onProgress }: Options): Promise<Backends> {
  const start = async (service: 'kinesis' | 'dynamodb'): Promise<Service> => {
    const started = await startService(service, dataDir, notice);
    shutdown.add(() => started.stop());
    return started;
  };
  const folder = join(dataDir, 's3');
  await mkdir(folder, { recursive: true });
  const objects = new ObjectStore(folder);
  await objects.prepare();
  const s3 = createS3Server(objects);
  const topics = new Set<string>();
  const messages = new Messages(join(dataDir, 'sns', 'messages.ndjson'));
  const sns = createSnsServer(topics, messages);
  const secrets = new SecretStore(join(dataDir, 'secrets'));
  const secretsManager = createSecretsServer(secrets);
  const lambda = createServer();
  for (const server of [s3, sns, secretsManager, lambda]) {
    // A pooled connection that the server closes first fails the client's next request on it.
    server.keepAliveTimeout = 0;
    shutdown.add(() => close(server));
  }
  const [kinesis, dynamodb, s3Port, lambdaPort, snsPort, secretsPort] = await Promise.all([
    start('kinesis'),
    start('dynamodb'),
    listen(s3, 0),
    listen(lambda, 0),
    listen(sns, 0),
    listen(secretsManager, 0),
  ]);
  onProgress('kinesis, dynamodb, s3 and sns answer');
  const endpoints = {
    kinesis: kinesis.endpoint,
    dynamodb: dynamodb.endpoint,
    s3: `http://127.0.0.1:${s3Port}`,
    lambda: `http://127.0.0.1:${lambdaPort}`,
    sns: `http://127.0.0.1:${snsPort}`,
    secretsManager: `http://127.0.0.1:${secretsPort}`,
  };
  return { kinesis, dynamodb, objects, topics, messages, secrets, lambda, endpoints };
}
