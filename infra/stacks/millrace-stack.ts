import { DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import {
  CURATED_PREFIX,
  LATE_PREFIX,
  LEFT_OUT_PREFIX,
  RAW_PREFIX,
  REJECTED_PREFIX,
  RESULTS_PREFIX,
} from '../../shared/lake/layout.ts';
import { acknowledge } from '../acknowledgments.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { FAILURES_PREFIX } from '../constructs/lake-bucket.ts';
import { deploymentName, lakeExport } from '../names.ts';

/** What of the lake functions may touch. */
const PREFIXES = [
  RAW_PREFIX,
  LATE_PREFIX,
  RESULTS_PREFIX,
  CURATED_PREFIX,
  LEFT_OUT_PREFIX,
  REJECTED_PREFIX,
  FAILURES_PREFIX,
];

/** What the stacks have in common. */
export class MillraceStack extends Stack {
  constructor(scope: Construct, id: string, deployment: Deployment, description: string) {
    const { environment, prefix } = deployment;
    super(scope, id, {
      // Everything in it is named by CloudFormation after the stack, so two deployments collide nowhere else.
      stackName: `${deploymentName(deployment)}-${id.toLowerCase()}`,
      description: `Millrace ${environment.name}: ${description}`,
      tags: { application: prefix, environment: environment.name },
      terminationProtection: environment.deletionProtection,
      // The CLI checks the version of the bootstrap stack itself; without the rule a template needs no SSM parameter.
      synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
    });
    for (const lakePrefix of PREFIXES) {
      acknowledge(
        this,
        `IAM5[Resource::arn:<AWS::Partition>:s3:::${lakeExport(deployment)}/${lakePrefix}*]`,
        'Objects get their names at run time: the prefix is as close as a policy can come.',
      );
    }
  }
}
