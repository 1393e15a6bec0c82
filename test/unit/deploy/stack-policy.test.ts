import { CloudFormationClient, SetStackPolicyCommand } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, onTestFinished, test } from 'vitest';
import { protectStacks, STACK_POLICY } from '../../../tools/deploy/stack-policy.ts';
import type { Stack } from '../../../tools/local/template/types.ts';
import { synthesizeSample } from '../infra/support.ts';

/** As CloudFormation decides: what is not allowed is denied, and denying wins. */
function allows(action: string, type: string): boolean {
  const applies = STACK_POLICY.Statement.filter(({ Action, Condition }) => {
    const isAction = [Action]
      .flat()
      .some((pattern) => new RegExp(`^${pattern.replace('*', '.*')}$`).test(action));
    return isAction && (Condition === undefined || Condition.StringEquals.ResourceType.includes(type));
  });
  return applies.length > 0 && applies.every(({ Effect }) => Effect === 'Allow');
}

test.each([
  // action, table, stream, function
  ['Update:Modify', true, true, true],
  ['Update:Replace', false, false, true],
  // A pipeline that is no longer declared takes its streams along; production retains them.
  ['Update:Delete', false, true, true],
])('%s is allowed of a table: %s, a stream: %s, a function: %s', (action, table, stream, lambda) => {
  expect(allows(action, 'AWS::DynamoDB::Table')).toBe(table);
  expect(allows(action, 'AWS::Kinesis::Stream')).toBe(stream);
  expect(allows(action, 'AWS::Lambda::Function')).toBe(lambda);
});

test.each([
  ['prod', ['streams', 'ingestion', 'analytics'].map((stack) => `millrace-prod-${stack}`)],
  ['dev', []],
])('%s: the stacks that keep their data are protected', async (environment, expected) => {
  const client = mockClient(CloudFormationClient);
  onTestFinished(() => client.restore());
  client.on(SetStackPolicyCommand).resolves({});
  const stacks: Stack[] = synthesizeSample({ environment }).stacks.map(({ stackName, template }) => ({
    name: stackName,
    template: template as unknown as Stack['template'],
  }));
  expect((await protectStacks(new CloudFormationClient({ region: 'eu-west-1' }), stacks)).sort()).toEqual(
    [...expected].sort(),
  );
  const calls = client.commandCalls(SetStackPolicyCommand).map(({ args: [{ input }] }) => input);
  expect(calls.map(({ StackName }) => StackName).sort()).toEqual([...expected].sort());
  for (const { StackPolicyBody } of calls) expect(JSON.parse(StackPolicyBody!)).toEqual(STACK_POLICY);
});
