import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createS3Server } from '../../tools/local/s3/server.ts';
import { ObjectStore } from '../../tools/local/s3/store.ts';

/** The local run's S3 endpoint over a folder, with one bucket. */
export interface TestS3 {
  readonly client: S3Client;
  readonly bucket: string;
  /** Where the bucket's objects lie as files. */
  readonly folder: string;
  stop(): Promise<void>;
}

export async function startS3(root: string): Promise<TestS3> {
  const bucket = 'lake';
  const store = new ObjectStore(root);
  await store.prepare();
  const server = createS3Server(store);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    forcePathStyle: true,
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
  });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return {
    client,
    bucket,
    folder: join(root, bucket),
    async stop() {
      client.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
