import { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Types that a deployment can do without: what only watches or answers questions of people, so that an emulator that does not
 * know them still runs the pipelines. Nothing refers to a resource of these types.
 */
export const OMITTABLE = [
  'AWS::Athena::NamedQuery',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Logs::MetricFilter',
  'AWS::Logs::QueryDefinition',
] as const;

/** The types of the lake's catalogue, which is left out as a whole: `analytics=false`. */
export const ANALYTICS = /^AWS::(Athena|Glue)::/;

/** @throws RangeError where a type is none of {@link OMITTABLE} */
export function omissionsOf(text: string | undefined): readonly string[] {
  const types = (text ?? '')
    .split(',')
    .map((type) => type.trim())
    .filter(Boolean);
  for (const type of types) {
    if (!OMITTABLE.some((known) => known === type)) {
      throw new RangeError(
        `omit has "${type}", without which nothing works: use some of ${OMITTABLE.join(', ')}`,
      );
    }
  }
  return types;
}

/** Takes all resources of some types out of an application. */
export function omit(root: IConstruct, types: readonly string[]): void {
  if (types.length === 0) return;
  for (const construct of root.node.findAll()) {
    if (CfnResource.isCfnResource(construct) && types.includes(construct.cfnResourceType)) {
      construct.node.scope?.node.tryRemoveChild(construct.node.id);
    }
  }
}
