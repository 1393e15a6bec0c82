import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { emulatorAt } from '../../../deploy/emulator.ts';
import { clientOptions, type Place } from '../../../deployed/clients.ts';
import type { Check, Finding } from '../finding.ts';

/** Whether AWS lets us in. */
export const credentialsCheck = (place: Place): Check => ({
  about: 'credentials',
  run: async () => [await credentialsFinding(place)],
});

/** Whether an emulator answers. */
export const endpointCheck = (endpoint: string): Check => ({
  about: 'endpoint',
  async run() {
    try {
      const { product, version = '' } = await emulatorAt(endpoint);
      return [
        { about: 'endpoint', level: 'ok', text: `${product} ${version} at ${endpoint}`.replace('  ', ' ') },
      ];
    } catch (error) {
      const advice = 'start it, or unset AWS_ENDPOINT_URL to look at AWS';
      return [{ about: 'endpoint', level: 'problem', text: (error as Error).message, advice }];
    }
  },
});

async function credentialsFinding(place: Place): Promise<Finding> {
  const about = 'credentials';
  const client = new STSClient({ ...clientOptions(place), maxAttempts: 2 });
  try {
    const region = await client.config.region();
    const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
    return { about, level: 'ok', text: `${Arn} in account ${Account}, region ${region}` };
  } catch (error) {
    const { name, message } = error as Error;
    const advice = /region/i.test(message)
      ? 'set AWS_REGION, or a region in the profile'
      : 'log in ("aws sso login"), or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
    return { about, level: 'problem', text: `${name}: ${message}`, advice };
  } finally {
    client.destroy();
  }
}
