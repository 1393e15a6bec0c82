import { Aws, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { CfnOIDCProvider, PolicyStatement, Role, WebIdentityPrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledgments.ts';
import { deploymentName } from '../names.ts';
import type { Settings } from '../settings.ts';

const ISSUER = 'token.actions.githubusercontent.com';
/** What `cdk bootstrap` puts into its names unless it is told otherwise. */
const QUALIFIER = 'hnb659fds';
const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;

export interface DeployRoleProps extends Pick<Settings, 'environment' | 'prefix'> {
  /** `owner/name` on GitHub. */
  readonly repository: string;
  /** Whether the account has GitHub's identity provider already; it can have only one. */
  readonly providerExists: boolean;
}

/**
 * The role with which a workflow of one repository deploys one environment, without a stored key: GitHub vouches for the
 * workflow by a token, and the role trusts the token only when it was issued to that repository and to a job in GitHub's
 * environment of the same name, on which reviewers and branches can be required.
 *
 * @throws RangeError when the repository is not `owner/name`
 * @see https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
 */
export class DeployRoleStack extends Stack {
  constructor(scope: Construct, { environment, prefix, repository, providerExists }: DeployRoleProps) {
    if (!REPOSITORY.test(repository)) {
      throw new RangeError(`repository is "${repository}": use -c repository=owner/name`);
    }
    const deployment = deploymentName({ environment, prefix });
    super(scope, 'GitHub', {
      stackName: `${deployment}-github`,
      description: `Millrace ${environment.name}: the role with which ${repository} deploys`,
      tags: { application: prefix, environment: environment.name },
    });
    const provider = providerExists
      ? `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:oidc-provider/${ISSUER}`
      : new CfnOIDCProvider(this, 'Provider', {
          url: `https://${ISSUER}`,
          clientIdList: ['sts.amazonaws.com'],
        }).attrArn;
    const role = new Role(this, 'Role', {
      description: `Deploys ${deployment} from ${repository}`,
      maxSessionDuration: Duration.hours(1),
      assumedBy: new WebIdentityPrincipal(provider, {
        StringEquals: {
          [`${ISSUER}:aud`]: 'sts.amazonaws.com',
          [`${ISSUER}:sub`]: `repo:${repository}:environment:${environment.name}`,
        },
      }),
    });
    // The CDK acts through roles that bootstrapping made: one uploads the code, one hands templates to CloudFormation.
    role.addToPolicy(
      new PolicyStatement({
        actions: ['sts:AssumeRole'],
        resources: ['deploy', 'file-publishing'].map(
          (duty) =>
            `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/cdk-${QUALIFIER}-${duty}-role-${Aws.ACCOUNT_ID}-${Aws.REGION}`,
        ),
      }),
    );
    const stacks = `stack/${deployment}-*`;
    role.addToPolicy(
      new PolicyStatement({
        actions: ['cloudformation:SetStackPolicy'],
        resources: [`arn:${Aws.PARTITION}:cloudformation:${Aws.REGION}:${Aws.ACCOUNT_ID}:${stacks}`],
      }),
    );
    acknowledge(
      role,
      `IAM5[Resource::arn:<AWS::Partition>:cloudformation:<AWS::Region>:<AWS::AccountId>:${stacks}]`,
      'Stacks of this deployment: what follows its name is the kind of stack and an id that AWS makes up.',
    );
    new CfnOutput(this, 'RoleArn', {
      value: role.roleArn,
      description: "Variable AWS_DEPLOY_ROLE of GitHub's environment",
    });
  }
}
