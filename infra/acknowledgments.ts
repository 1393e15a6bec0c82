import { CfnResource, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Says why a finding of cdk-nag's AwsSolutions rules is accepted for a construct and what is in it. Findings that nobody has
 * accepted fail the synthesis.
 *
 * @param rule - such as `S1`, or with the finding `IAM5[Resource::*]`
 * @see https://github.com/cdklabs/cdk-nag/blob/main/RULES.md
 */
export function acknowledge(scope: IConstruct, rule: string, reason: string): void {
  Validations.of(scope).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason });
}

/**
 * Says the same to checkov, which reads it in the metadata of the resource.
 *
 * @param reasons - id of the check -> why its finding is accepted here
 * @see https://www.checkov.io/2.Basics/Suppressing%20and%20Skipping%20Policies.html
 */
export function acceptForCheckov(scope: IConstruct, reasons: Readonly<Record<string, string>>): void {
  const { defaultChild } = scope.node;
  if (!CfnResource.isCfnResource(defaultChild)) throw new Error(`${scope.node.path} is no resource`);
  const skip = Object.entries(reasons).map(([id, comment]) => ({ id, comment }));
  defaultChild.addMetadata('checkov', { skip });
}
