import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledgments.ts';
import { physicalName } from '../names.ts';
import { type SecretReference, secretReference } from '../references.ts';
import type { Deployment } from './deployment.ts';
import { keyOf } from './encryption-key.ts';
import { removalPolicyOf } from './retention.ts';

/** Secrets Manager draws from letters and digits, some 6 bits each. */
const KEY_LENGTH = 64;

/**
 * The keys that pseudonyms are made with. It is deployed with a first key and rotated with `millrace privacy rotate`: a later
 * deployment leaves its value alone.
 */
export const pseudonymSecret = (scope: Construct, id: string, deployment: Deployment): SecretReference => {
  const secretName = physicalName(deployment, 'pseudonyms');
  const secret = new Secret(scope, id, {
    secretName,
    encryptionKey: keyOf(scope, deployment),
    description: 'Millrace: keys of the pseudonyms of personal data',
    generateSecretString: {
      secretStringTemplate: JSON.stringify({ id: 'k1' }),
      generateStringKey: 'key',
      passwordLength: KEY_LENGTH,
      excludePunctuation: true,
    },
    removalPolicy: removalPolicyOf(deployment.environment),
  });
  acknowledge(
    secret,
    'SMG4',
    'A new key makes new pseudonyms of the same persons, so its time is a decision: `millrace privacy rotate`.',
  );
  return secretReference(secretName);
};
