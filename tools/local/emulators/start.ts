import { join } from 'node:path';
import { AwsJsonClient, AwsJsonError } from '../aws-json.ts';
import { LogFile } from '../log-file.ts';
import { Emulator } from './process.ts';

/** An emulator that answers, and a client to speak to it. */
export interface Service {
  readonly endpoint: string;
  readonly client: AwsJsonClient;
  stop(): Promise<void>;
}

/** Requests that are answered, with an error, as soon as the database is open. */
const PROBES = {
  kinesis: ['DescribeStreamSummary', { StreamName: 'none' }],
  dynamodb: ['DescribeTable', { TableName: 'none' }],
} as const;

/**
 * Starts an emulator over its database.
 *
 * @param dataDir - the local run's folder: the database is in `<dataDir>/<service>`, the log in `<dataDir>/logs`
 */
export async function startService(
  service: 'kinesis' | 'dynamodb',
  dataDir: string,
  notice: (text: string) => void,
): Promise<Service> {
  const emulator = await Emulator.start({
    service,
    folder: join(dataDir, service),
    log: new LogFile(join(dataDir, 'logs', `${service}.log`)),
    notice,
    probe: (endpoint) => probe(service, endpoint),
  });
  const { endpoint } = emulator;
  const client = new AwsJsonClient(service, endpoint);
  return {
    endpoint,
    client,
    async stop() {
      client.close();
      await emulator.stop();
    },
  };
}

async function probe(service: keyof typeof PROBES, endpoint: string): Promise<void> {
  const client = new AwsJsonClient(service, endpoint);
  try {
    const [operation, input] = PROBES[service];
    await client.call(operation, input);
  } catch (error) {
    if (!(error instanceof AwsJsonError && error.type === 'ResourceNotFoundException')) throw error;
  } finally {
    client.close();
  }
}
