import type { Stack } from '@aws-sdk/client-cloudformation';
import type { Place } from '../../../deployed/clients.ts';
import { type DeploymentName, isComplete, toolkitOf } from '../../../deployed/deployed.ts';
import type { Check, Finding } from '../finding.ts';

/** What this version of the CDK's command wants of the account: https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html */
const BOOTSTRAP = 6;

/** Whether the account is prepared for the CDK. */
export const bootstrapCheck = (place: Place): Check => ({
  about: 'bootstrap',
  async run() {
    return [bootstrapFinding(await toolkitOf(place))];
  },
});

export function bootstrapFinding(toolkit: Stack | undefined): Finding {
  const about = 'bootstrap';
  const advice = 'run "npx cdk bootstrap"';
  if (toolkit === undefined)
    return { about, level: 'problem', text: 'the account and region are not bootstrapped', advice };
  const output = toolkit.Outputs?.find(({ OutputKey }) => OutputKey === 'BootstrapVersion')?.OutputValue;
  const version = Number(output);
  if (!(version >= BOOTSTRAP))
    return { about, level: 'problem', text: `version ${output} is too old`, advice };
  return { about, level: 'ok', text: `version ${version}` };
}

/** Whether the stacks of a deployment are complete. */
export function stackFindings(stacks: readonly Stack[], name: DeploymentName): Finding[] {
  const about = 'stacks';
  const full = `${name.prefix}-${name.environment}`;
  if (stacks.length === 0) {
    const advice = `deploy it (npx cdk deploy --all -c env=${name.environment}), or name another with --env and --prefix`;
    return [{ about, level: 'problem', text: `there is no deployment ${full}`, advice }];
  }
  const bad = stacks.filter((stack) => !isComplete(stack));
  if (bad.length > 0) return bad.map((stack) => badStack(stack));
  return [{ about, level: 'ok', text: `${stacks.length} of ${full}, all complete` }];
}

function badStack({ StackName, StackStatus = 'CREATE_FAILED', StackStatusReason }: Stack): Finding {
  const reason = StackStatusReason === undefined ? '' : ` (${StackStatusReason})`;
  const found = { about: 'stacks', text: `${StackName} is ${StackStatus}${reason}` };
  if (StackStatus.endsWith('_IN_PROGRESS'))
    return { ...found, level: 'warning', advice: 'wait until it is done' };
  if (StackStatus === 'UPDATE_ROLLBACK_COMPLETE') {
    const advice = `the last deployment was taken back: "aws cloudformation describe-stack-events --stack-name ${StackName}" says why`;
    return { ...found, level: 'warning', advice };
  }
  const advice =
    StackStatus === 'UPDATE_ROLLBACK_FAILED'
      ? `"aws cloudformation continue-update-rollback --stack-name ${StackName}", then deploy again`
      : 'destroy this stack and deploy again';
  return { ...found, level: 'problem', advice };
}
