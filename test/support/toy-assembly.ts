import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RawResource } from '../../tools/local/template/types.ts';
import { writeToy } from './toy-functions.ts';

/**
 * Writes a cloud assembly of one stack, `Toy`.
 *
 * @param functions - name -> body of its handler, see {@link writeToy}; each finds the folder `out` in `env.OUT`
 * @param resources - what else the template declares
 */
export function writeAssembly(
  folder: string,
  functions: Readonly<Record<string, string>>,
  resources: Readonly<Record<string, RawResource>>,
): { assembly: string; out: string } {
  const assembly = join(folder, 'cdk.out');
  const out = join(folder, 'out');
  for (const directory of [assembly, out]) mkdirSync(directory, { recursive: true });
  const Resources: Record<string, RawResource> = { ...resources };
  const files: Record<string, unknown> = {};
  for (const [name, body] of Object.entries(functions)) {
    writeToy(assembly, name, body);
    files[name] = {
      source: { path: `asset.${name}`, packaging: 'zip' },
      destinations: { current: { objectKey: `${name}.zip` } },
    };
    Resources[name] = {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: name,
        Handler: 'index.handler',
        Code: { S3Bucket: 'assets', S3Key: `${name}.zip` },
        Timeout: 30,
        Environment: { Variables: { OUT: out } },
      },
    };
  }
  const write = (name: string, content: unknown): void =>
    writeFileSync(join(assembly, name), JSON.stringify(content));
  write('manifest.json', {
    version: '48.0.0',
    artifacts: {
      'Toy.assets': { type: 'cdk:asset-manifest', properties: { file: 'Toy.assets.json' } },
      Toy: { type: 'aws:cloudformation:stack', properties: { templateFile: 'Toy.template.json' } },
    },
  });
  write('Toy.assets.json', { version: '48.0.0', files, dockerImages: {} });
  write('Toy.template.json', { Resources });
  return { assembly, out };
}

/** A route of the HTTP API to a function, with its integration. */
export const toyRoute = (key: string, name: string): Record<string, RawResource> => ({
  [`${name}Integration`]: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: { IntegrationUri: { 'Fn::GetAtt': [name, 'Arn'] }, PayloadFormatVersion: '2.0' },
  },
  [`${name}Route`]: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      RouteKey: key,
      Target: { 'Fn::Join': ['/', ['integrations', { Ref: `${name}Integration` }]] },
    },
  },
});

/** A delivery from a stream to a function. */
export const toyMapping = (
  name: string,
  stream: string,
  more: Record<string, unknown> = {},
): Record<string, RawResource> => ({
  [`${name}Mapping`]: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      FunctionName: { Ref: name },
      EventSourceArn: { 'Fn::GetAtt': [stream, 'Arn'] },
      StartingPosition: 'TRIM_HORIZON',
      ...more,
    },
  },
});
