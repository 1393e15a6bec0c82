import { CloudFormationClient, ValidateTemplateCommand } from '@aws-sdk/client-cloudformation';
import { ANALYTICS, OMITTABLE } from '../../infra/omit.ts';
import { clientOptions, type Place } from '../deployed/clients.ts';

/** What is left out of a deployment, and what it is told to do so. */
export interface LeftOut {
  /** Context of the CDK's command line. */
  readonly context: Readonly<Record<string, string>>;
  /** One sentence each, for people. */
  readonly sentences: readonly string[];
}

/** The endpoint lacks what nothing works without. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
}

const UNRECOGNIZED = /Unrecognized resource types: \[([^\]]*)\]/;

/**
 * Asks CloudFormation which types of resources it does not know, by a template that has one of each. AWS and MiniStack
 * answer with their names; an emulator that answers nothing of the kind is taken to know all.
 */
export async function unknownTypes(place: Place, types: Iterable<string>): Promise<string[]> {
  const resources = [...types].map((Type, index) => [`Resource${index}`, { Type }]);
  const client = new CloudFormationClient(clientOptions(place));
  try {
    await client.send(
      new ValidateTemplateCommand({
        TemplateBody: JSON.stringify({ Resources: Object.fromEntries(resources) }),
      }),
    );
    return [];
  } catch (error) {
    const [, names] = UNRECOGNIZED.exec(error instanceof Error ? error.message : '') ?? [];
    if (names === undefined) throw error;
    return names.split(',').map((name) => name.trim());
  } finally {
    client.destroy();
  }
}

/**
 * Decides what to leave out.
 *
 * @param unknown - types that the endpoint does not know
 * @param counts - how many resources of each type, or with a property, the application has
 * @param refused - properties that the endpoint refuses, as `Type/Property`
 * @throws UnsupportedError where one of them cannot be left out
 */
export function leaveOut(
  unknown: readonly string[],
  counts: ReadonlyMap<string, number>,
  refused: readonly string[] = [],
): LeftOut {
  const optional: readonly string[] = OMITTABLE;
  const omitted = unknown.filter((type) => optional.includes(type));
  const needed = unknown.filter((type) => !optional.includes(type));
  const missing = needed.filter((type) => !ANALYTICS.test(type));
  if (missing.length > 0) {
    throw new UnsupportedError(
      `the endpoint does not know ${missing.join(', ')}, without which nothing works`,
    );
  }
  const withoutCatalogue = needed.length > 0;
  const properties = refused.filter((one) => counts.has(one) && !unknown.includes(one.split('/')[0] ?? ''));
  const left = withoutCatalogue ? omitted.filter((type) => !ANALYTICS.test(type)) : omitted;
  return {
    context: {
      ...(withoutCatalogue && { analytics: 'false' }),
      ...(left.length + properties.length > 0 && { omit: [...left, ...properties].join(',') }),
    },
    sentences: [
      ...(withoutCatalogue
        ? [`the lake's catalogue in Glue and Athena: the endpoint does not know ${needed.join(', ')}`]
        : []),
      ...left.map((type) => `${counts.get(type) ?? 0} of ${type}: the endpoint does not know the type`),
      ...properties.map(
        (one) => `${counts.get(one)} of ${one.replace('/', ' with ')}: the endpoint refuses the property`,
      ),
    ],
  };
}
