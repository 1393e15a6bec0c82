import { modelOf } from '../../../../tools/local/template/load.ts';
import type { Model } from '../../../../tools/local/template/model.ts';
import type { RawResource, Template } from '../../../../tools/local/template/types.ts';

/** The model of an assembly of one stack that has these resources. */
export function model(Resources: Record<string, RawResource>, more: Partial<Template> = {}): Model {
  const template: Template = { Resources, ...more };
  return modelOf(
    { stacks: [{ name: 'Main', template }], assets: new Map([['code.zip', '/assets/code']]) },
    'http://127.0.0.1:4000',
  );
}

/** A function with the least that a template needs to say. */
export const lambda = (Properties: Record<string, unknown> = {}): RawResource => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Code: { S3Bucket: 'assets', S3Key: 'code.zip' }, Handler: 'index.handler', ...Properties },
});
