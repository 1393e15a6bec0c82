import { expect, test } from 'vitest';
import { personalPipelines, samplePipelines } from './sample.ts';
import { resources, synthesizeSample } from './support.ts';

const pipelines = [...samplePipelines, ...personalPipelines];
const deployed = ['dev', 'stage', 'prod'].map((environment) => synthesizeSample({ environment, pipelines }));

test('templates hold no secret, no parameter for one, and nothing that CloudFormation would put one in for', () => {
  const suspicious = /\{\{resolve:|"SecretString"|"NoEcho"|AKIA[0-9A-Z]{16}|-----BEGIN/g;
  for (const { stacks } of deployed) {
    for (const { stackName, template } of stacks) {
      expect([stackName, JSON.stringify(template).match(suspicious)]).toEqual([stackName, null]);
      expect([stackName, Object.keys(template)]).not.toEqual([
        stackName,
        expect.arrayContaining(['Parameters']),
      ]);
    }
  }
});

test('the one secret is drawn in Secrets Manager, where no template sees it', () => {
  for (const assembly of deployed) {
    const secrets = resources(assembly, 'AWS::SecretsManager::Secret');
    expect(secrets.map(({ properties }) => properties.GenerateSecretString.GenerateStringKey)).toEqual([
      'key',
    ]);
  }
});

test('functions are told where the secret is; keys that open everything are known to the local run only', () => {
  for (const assembly of deployed) {
    for (const { path, properties } of resources(assembly, 'AWS::Lambda::Function')) {
      const { Variables: variables = {} } = properties.Environment ?? {};
      const suspicious = Object.keys(variables).filter((name) => /SECRET|KEY|TOKEN|PASSWORD|HASH/.test(name));
      expect([path, suspicious.filter((name) => !['KEYS_TABLE', 'PSEUDONYM_SECRET'].includes(name))]).toEqual(
        [path, []],
      );
      if (variables.PSEUDONYM_SECRET) expect(variables.PSEUDONYM_SECRET).toMatch(/^millrace-\w+_pseudonyms$/);
    }
  }
});

test('the access log says nothing that a caller could be impersonated with', () => {
  for (const assembly of deployed) {
    for (const { properties } of resources(assembly, 'AWS::ApiGatewayV2::Stage')) {
      const fields = Object.values(JSON.parse(properties.AccessLogSettings.Format) as Record<string, string>);
      expect(
        fields.filter((field) => /header|authorizer|querystring|body|\$context\.path$/i.test(field)),
      ).toEqual([]);
    }
  }
});

test('every function writes to a log group that is made here, and every log group forgets', () => {
  for (const assembly of deployed) {
    for (const { path, properties } of resources(assembly, 'AWS::Lambda::Function')) {
      expect([path, properties.LoggingConfig?.LogGroup]).toEqual([path, { Ref: expect.any(String) }]);
    }
    for (const { path, properties } of resources(assembly, 'AWS::Logs::LogGroup')) {
      expect([path, properties.RetentionInDays > 0]).toEqual([path, true]);
    }
  }
});

test('buckets and topics refuse what does not come over TLS, and no bucket can be opened to the public', () => {
  for (const assembly of deployed) {
    const refuses = (type: string) =>
      resources(assembly, type).filter(({ properties }) =>
        JSON.stringify(properties.PolicyDocument).includes('"aws:SecureTransport":"false"'),
      ).length;
    expect(refuses('AWS::S3::BucketPolicy')).toBe(resources(assembly, 'AWS::S3::Bucket').length);
    expect(refuses('AWS::SNS::TopicPolicy')).toBe(resources(assembly, 'AWS::SNS::Topic').length);
    for (const { properties } of resources(assembly, 'AWS::S3::Bucket')) {
      expect(Object.values(properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
    }
  }
});
