import { Validations } from 'aws-cdk-lib';
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
