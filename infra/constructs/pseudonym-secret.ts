import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Environment } from '../environment.ts';
import { removalPolicyOf } from './retention.ts';

/** Secrets Manager draws from letters and digits, some 6 bits each. */
const KEY_LENGTH = 64;

/**
 * The keys that pseudonyms are made with. It is deployed with a first key and rotated with `millrace privacy rotate`: a later
 * deployment leaves its value alone.
 */
export const pseudonymSecret = (scope: Construct, id: string, environment: Environment): ISecret =>
  new Secret(scope, id, {
    description: 'Millrace: keys of the pseudonyms of personal data',
    generateSecretString: {
      secretStringTemplate: JSON.stringify({ id: 'k1' }),
      generateStringKey: 'key',
      passwordLength: KEY_LENGTH,
      excludePunctuation: true,
    },
    removalPolicy: removalPolicyOf(environment),
  });
