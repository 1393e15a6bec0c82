import { createHash } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KeyError, KeyStore } from '../cli/keys/store.ts';
import { clientOptions } from '../deployed/clients.ts';
import { type Deployed, outputOf } from '../deployed/deployed.ts';

const NAME = 'deploy-local';

/** A write key of a deployment: the one of the last time while it is in use, else a new one. */
export async function writeKey(deployed: Deployed, last: string | undefined): Promise<string> {
  const client = new DynamoDBClient(clientOptions(deployed.place, 'dynamodb'));
  try {
    const store = new KeyStore(client, outputOf(deployed, 'KeysTable'));
    const hash = last === undefined ? '' : createHash('sha256').update(last).digest('hex');
    const known = (await store.list()).find((key) => key.hash === hash && !key.disabled);
    if (last !== undefined && known !== undefined) return last;
    return await replaced(store);
  } finally {
    client.destroy();
  }
}

/** A key that this checkout does not know cannot be had again. */
async function replaced(store: KeyStore): Promise<string> {
  try {
    await store.revoke(NAME);
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
  }
  return store.create(NAME);
}
