import { type Duration, Size } from 'aws-cdk-lib';
import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ENV, type EnvName } from '../../shared/runtime/env.ts';
import { acknowledge } from '../acknowledgments.ts';
import { deploymentName } from '../names.ts';
import type { Alerting } from './alarms/alerting.ts';
import { type ErrorAlarm, functionAlarms } from './alarms/function-alarms.ts';
import type { Deployment } from './deployment.ts';
import { keyOf } from './encryption-key.ts';
import { HANDLER } from './function-bundles.ts';
import { keyUse, readEnvironment } from './key-use.ts';
import { writeLogs } from './permissions.ts';
import { logGroup } from './retention.ts';

export interface BundledFunctionProps {
  readonly deployment: Deployment;
  readonly alerting: Alerting;
  /** The folder under `functions/`. */
  readonly bundle: string;
  readonly description: string;
  /** MB; CPU grows with it, and 1,769 MB are one whole core. */
  readonly memory: number;
  readonly timeout: Duration;
  /** What it may keep in temporary files, in MB; Lambda's 512 where nothing is said. */
  readonly storage?: number;
  readonly variables: Readonly<Partial<Record<EnvName, string>>>;
  /** Exactly the calls that the function makes, besides writing its log. */
  readonly permissions: readonly PolicyStatement[];
  /** Flags for V8, as in `NODE_OPTIONS`. */
  readonly nodeOptions?: readonly string[];
  /** When errors are an alarm; several in five minutes where nothing is said. */
  readonly errors?: ErrorAlarm;
}

/** A Lambda function with its bundle, role, log group and alarms. */
export class BundledFunction extends Construct {
  readonly function: LambdaFunction;
  readonly timeout: Duration;
  /** The folder under `functions/`. */
  readonly bundle: string;
  /** MB. */
  readonly memory: number;
  readonly #role: Role;
  readonly #keyArn: string | undefined;

  constructor(scope: Construct, id: string, props: BundledFunctionProps) {
    super(scope, id);
    const { bundles, sourceMaps, tracing } = props.deployment;
    const log = logGroup(this, 'Log', props.deployment);
    this.#role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.#keyArn = props.deployment.keyArn;
    this.allow(writeLogs(log), ...props.permissions);
    if (this.#keyArn !== undefined) this.#role.addToPolicy(readEnvironment(this.#keyArn));
    const nodeOptions = [...(props.nodeOptions ?? []), ...(sourceMaps ? ['--enable-source-maps'] : [])];
    this.timeout = props.timeout;
    this.bundle = props.bundle;
    this.memory = props.memory;
    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      runtime: Runtime.NODEJS_22_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundles.directoryOf(props.bundle)),
      handler: HANDLER,
      memorySize: props.memory,
      timeout: props.timeout,
      ephemeralStorageSize: props.storage === undefined ? undefined : Size.mebibytes(props.storage),
      role: this.#role,
      logGroup: log,
      loggingFormat: LoggingFormat.JSON,
      tracing: tracing ? Tracing.ACTIVE : undefined,
      environmentEncryption: keyOf(this, props.deployment),
      environment: {
        ...props.variables,
        [ENV.service]: props.bundle,
        [ENV.deployment]: deploymentName(props.deployment),
        ...(nodeOptions.length > 0 && { NODE_OPTIONS: nodeOptions.join(' ') }),
      },
    });
    acknowledge(
      this.function,
      'L1',
      'Bundles are made for Node 22, and tests run on it; it is supported until 2027.',
    );
    if (tracing) acknowledge(this.#role, 'IAM5[Resource::*]', 'What X-Ray is sent belongs to no resource.');
    functionAlarms(this, props.alerting, this.function, props);
  }
  /** Allows the function more calls, and the use of the customer's key, if there is one, that they take. */
  allow(...statements: readonly PolicyStatement[]): void {
    const used = this.#keyArn === undefined ? [] : keyUse(this.#keyArn, statements);
    for (const statement of [...statements, ...used]) this.#role.addToPolicy(statement);
  }
}
