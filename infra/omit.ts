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

/**
 * Reads what to leave out: types of {@link OMITTABLE}, or `Type/Property` for those resources of a type that have a property, since
 * emulators know a type and not all of it.
 *
 * @throws RangeError where a type is none of {@link OMITTABLE}
 */
export function omissionsOf(text: string | undefined): readonly string[] {
  const types = (text ?? '')
    .split(',')
    .map((type) => type.trim())
    .filter(Boolean);
  for (const type of types) {
    if (!OMITTABLE.some((known) => known === type.split('/')[0])) {
      throw new RangeError(
        `omit has "${type}", without which nothing works: use some of ${OMITTABLE.join(', ')}`,
      );
    }
  }
  return types;
}

/** Takes all resources of some types, or with some properties, out of an application. */
export function omit(root: IConstruct, omitted: readonly string[]): void {
  if (omitted.length === 0) return;
  for (const construct of root.node.findAll()) {
    if (CfnResource.isCfnResource(construct) && omitted.some((one) => isMeant(construct, one))) {
      construct.node.scope?.node.tryRemoveChild(construct.node.id);
    }
  }
}

function isMeant(resource: CfnResource, omitted: string): boolean {
  const [type, property] = omitted.split('/');
  if (resource.cfnResourceType !== type) return false;
  // The library names properties as CloudFormation does, but for the first letter.
  const name = property === undefined ? undefined : property.charAt(0).toLowerCase() + property.slice(1);
  return name === undefined || Reflect.get(resource, name) !== undefined;
}
