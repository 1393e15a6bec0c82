import { createHash, randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KeyStore } from '../../../tools/cli/keys/store.ts';
import { clientOptions, type Place } from '../../../tools/deployed/clients.ts';
import { apiUrlOf, findDeployed, outputOf } from '../../../tools/deployed/deployed.ts';
import { emulatorPlace } from '../../../tools/deployed/emulator-place.ts';
import { AlertQueue } from './alert-queue.ts';
import type { Choice } from './choice.ts';
import type { Target } from './target.ts';

/** Slower than an embedded run: landing gathers for a minute, an emulator runs one function at a time. */
const PATIENCE = { timeout: 540_000, interval: 500 } as const;

/** Finds a deployment, makes a write key and listens to the alerts of a pipeline. */
export async function openDeployed(
  choice: Exclude<Choice, { kind: 'embedded' }>,
  pipeline: string,
): Promise<Target> {
  const place: Place = choice.kind === 'emulator' ? emulatorPlace(choice.endpoint) : {};
  const deployed = await findDeployed(place, choice);
  const dynamodb = new DynamoDBClient(clientOptions(place));
  const keys = new KeyStore(dynamodb, outputOf(deployed, 'KeysTable'));
  const key = await keys.create(`e2e-${randomBytes(4).toString('hex')}`);
  const queue = await AlertQueue.open(deployed, pipeline);
  return {
    kind: choice.kind,
    api: { url: apiUrlOf(deployed), key },
    deployed,
    queryNeedsKey: true,
    patience: PATIENCE,
    alerts: () => queue.messages(),
    async close() {
      await queue.close();
      await keys.revoke(createHash('sha256').update(key).digest('hex'));
      dynamodb.destroy();
    },
  };
}
