import { App } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { environmentOf } from '../../../infra/environment.ts';
import { DeployRoleStack } from '../../../infra/github/deploy-role.ts';

// biome-ignore lint/suspicious/noExplicitAny: assertions look into whatever CloudFormation has there
function templateOf(options: { repository?: string; providerExists?: boolean } = {}): any {
  const app = new App({ builtinCloudFormationValidation: false });
  new DeployRoleStack(app, {
    environment: environmentOf('prod'),
    prefix: 'shop',
    repository: 'acme/events',
    providerExists: false,
    ...options,
  });
  return app.synth().stacks[0]?.template;
}

// biome-ignore lint/suspicious/noExplicitAny: as above
const ofType = (template: any, type: string): any[] =>
  Object.values(template.Resources as Record<string, { Type: string; Properties: unknown }>)
    .filter(({ Type }) => Type === type)
    .map(({ Properties }) => Properties);

describe('the role with which GitHub deploys', () => {
  test("trusts one repository's jobs in one of its environments, and nobody else", () => {
    const [role] = ofType(templateOf(), 'AWS::IAM::Role');
    expect(role.AssumeRolePolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRoleWithWebIdentity',
        Principal: { Federated: { 'Fn::GetAtt': ['Provider', 'Arn'] } },
        Condition: {
          StringEquals: {
            'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
            'token.actions.githubusercontent.com:sub': 'repo:acme/events:environment:prod',
          },
        },
      },
    ]);
    expect(role.MaxSessionDuration).toBe(3600);
  });

  test("may take the CDK's roles for uploading and deploying, and protect the stacks of its deployment", () => {
    const [policy] = ofType(templateOf(), 'AWS::IAM::Policy');
    const lines = policy.PolicyDocument.Statement.map(
      ({ Action, Resource }: { Action: string; Resource: unknown }) =>
        `${Action} ${JSON.stringify(Resource)}`,
    );
    expect(lines).toEqual([
      expect.stringMatching(
        /^sts:AssumeRole \[.*role\/cdk-hnb659fds-deploy-role-.*role\/cdk-hnb659fds-file-publishing-role-/,
      ),
      expect.stringMatching(/^cloudformation:SetStackPolicy .*stack\/shop-prod-\*/),
    ]);
  });

  test('uses the identity provider that the account has', () => {
    const template = templateOf({ providerExists: true });
    expect(ofType(template, 'AWS::IAM::OIDCProvider')).toEqual([]);
    expect(JSON.stringify(ofType(template, 'AWS::IAM::Role')[0].AssumeRolePolicyDocument)).toContain(
      ':oidc-provider/token.actions.githubusercontent.com',
    );
  });

  test.each(['', 'acme', 'acme/*', 'acme/events:*'])('refuses "%s" for a repository', (repository) => {
    expect(() => templateOf({ repository })).toThrow(RangeError);
  });
});
