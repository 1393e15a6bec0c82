import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { KEYRING_TTL_MS, parseKeyring } from './keyring.ts';
import { Pseudonyms } from './pseudonyms.ts';

export interface PseudonymSourceOptions {
  readonly client: SecretsManagerClient;
  /** Name or ARN of the secret. */
  readonly secret: string;
  readonly now?: () => number;
}

/** Gives what makes pseudonyms, as of the last few minutes. */
export type PseudonymSource = () => Promise<Pseudonyms>;

/**
 * Reads the keys from Secrets Manager when they are first needed, and again now and then.
 *
 * @returns a source that throws what the service throws, or a KeyringError, when there are no keys to be had; keys that are
 *   too old are not used, since a new one may be due
 */
export function createPseudonymSource(options: PseudonymSourceOptions): PseudonymSource {
  const { client, secret, now = Date.now } = options;
  let until = 0;
  let current: Promise<Pseudonyms> | undefined;
  const load = async (): Promise<Pseudonyms> => {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secret }));
    return new Pseudonyms(parseKeyring(SecretString));
  };
  return () => {
    if (current !== undefined && until > now()) return current;
    const loading = load();
    until = now() + KEYRING_TTL_MS;
    current = loading;
    loading.catch(() => {
      if (current === loading) current = undefined;
    });
    return loading;
  };
}
