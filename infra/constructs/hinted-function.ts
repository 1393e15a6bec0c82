import { CfnEventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { BucketReference } from '../references.ts';
import { hintAlarms } from './alarms/hint-alarms.ts';
import { BundledFunction, type BundledFunctionProps } from './bundled-function.ts';
import { recordFailures } from './failure-records.ts';

/** In seconds: the least that Lambda allows, and the time after which the sweeper looks by itself. */
const HINT_AGE = 60;

export interface HintedFunctionProps extends BundledFunctionProps {
  /** Keeps the hints that failed, with the error. */
  readonly failures: BucketReference;
}

/**
 * A function that is invoked asynchronously, by hints that may be lost: the sweeper finds within a minute what
 * needs doing, whether or not somebody said so. Hence a hint is tried once and never queued for longer than that: a
 * backlog of old hints would only compete with the sweeper. See docs/decisions/0004-hints-are-tried-once.md.
 */
export class HintedFunction extends BundledFunction {
  constructor(scope: Construct, id: string, props: HintedFunctionProps) {
    super(scope, id, props);
    const config = new CfnEventInvokeConfig(this, 'Hints', {
      functionName: this.function.functionName,
      qualifier: '$LATEST',
      maximumRetryAttempts: 0,
      maximumEventAgeInSeconds: HINT_AGE,
      destinationConfig: { onFailure: { destination: recordFailures(this, props.failures) } },
    });
    if (this.function.role !== undefined) config.node.addDependency(this.function.role);
    hintAlarms(this, props.alerting, this.function);
  }
}
