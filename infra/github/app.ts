/**
 * The app of the deploy role, apart from the others since somebody with more rights deploys it, once:
 * `npx cdk deploy --app 'node --import tsx infra/github/app.ts' -c env=prod -c repository=owner/name`.
 */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { choicesFromContext, settingsOf } from '../settings.ts';
import { DeployRoleStack } from './deploy-role.ts';

const app = new App();
const context = (key: string): unknown => app.node.tryGetContext(key);
try {
  new DeployRoleStack(app, {
    ...settingsOf(choicesFromContext(context), []),
    repository: String(context('repository') ?? ''),
    providerExists: context('provider') === 'exists',
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
