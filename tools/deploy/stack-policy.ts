import { type CloudFormationClient, SetStackPolicyCommand } from '@aws-sdk/client-cloudformation';
import { STATEFUL_TYPES } from '../../infra/stateful.ts';
import type { Stack, Template } from '../local/template/types.ts';

/** Types that the declaration cannot take away, whatever is removed from it: only a mistake deletes one. */
const LASTING_TYPES: readonly (typeof STATEFUL_TYPES)[number][] = [
  'AWS::ApiGatewayV2::Api',
  'AWS::DynamoDB::Table',
  'AWS::KMS::Key',
  'AWS::S3::Bucket',
];

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Principal: '*';
  readonly Resource: '*';
  readonly Condition?: { readonly StringEquals: { readonly ResourceType: readonly string[] } };
}

export interface StackPolicy {
  readonly Statement: readonly Statement[];
}

const deny = (action: string, types: readonly string[]): Statement => ({
  Effect: 'Deny',
  Action: action,
  Principal: '*',
  Resource: '*',
  Condition: { StringEquals: { ResourceType: types } },
});

/**
 * What updates of a stack may do, whoever makes them: anything but replace what holds data, or delete what every deployment has.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html
 */
export const STACK_POLICY: StackPolicy = {
  Statement: [
    { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' },
    deny('Update:Replace', STATEFUL_TYPES),
    deny('Update:Delete', LASTING_TYPES),
  ],
};

const isStateful = (type: string): boolean => STATEFUL_TYPES.some((stateful) => stateful === type);

/** Whether it is a deployment whose data outlives its stacks, as production's does. */
const keepsData = (stacks: readonly Stack[]): boolean =>
  stacks.some(({ template: { Resources = {} } }) =>
    Object.values(Resources).some(
      ({ Type, DeletionPolicy }) => DeletionPolicy === 'Retain' && isStateful(Type),
    ),
  );

const holdsData = ({ Resources = {} }: Template): boolean =>
  Object.values(Resources).some(({ Type }) => isStateful(Type));

/**
 * Sets the policy on the stacks of a deployment that hold data, if it is one that keeps its data. A policy stays until it is set anew, and a stack that has one cannot
 * lose it.
 *
 * @returns the names of the protected stacks
 */
export async function protectStacks(
  client: CloudFormationClient,
  stacks: readonly Stack[],
): Promise<string[]> {
  const names = keepsData(stacks)
    ? stacks.filter(({ template }) => holdsData(template)).map(({ name }) => name)
    : [];
  for (const StackName of names) {
    await client.send(
      new SetStackPolicyCommand({ StackName, StackPolicyBody: JSON.stringify(STACK_POLICY) }),
    );
  }
  return names;
}
