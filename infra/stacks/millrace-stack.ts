import { DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Deployment } from '../constructs/deployment.ts';
import { deploymentName } from '../names.ts';

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
  }
}
