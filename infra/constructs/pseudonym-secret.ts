import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { physicalName } from '../names.ts';
import { type SecretReference, secretReference } from '../references.ts';
import type { Deployment } from './deployment.ts';
import { removalPolicyOf } from './retention.ts';

/** Secrets Manager draws from letters and digits, some 6 bits each. */
const KEY_LENGTH = 64;

/**
 * The keys that pseudonyms are made with. It is deployed with a first key and rotated with `millrace privacy rotate`: a later
 * deployment leaves its value alone.
 */
export const pseudonymSecret = (scope: Construct, id: string, deployment: Deployment): SecretReference => {
  const secretName = physicalName(deployment, 'pseudonyms');
  new Secret(scope, id, {
    secretName,
    description: 'Millrace: keys of the pseudonyms of personal data',
    generateSecretString: {
      secretStringTemplate: JSON.stringify({ id: 'k1' }),
      generateStringKey: 'key',
      passwordLength: KEY_LENGTH,
      excludePunctuation: true,
    },
    removalPolicy: removalPolicyOf(deployment.environment),
  });
  return secretReference(secretName);
};
