import { z } from 'zod';
import type { Resource } from './scopes.ts';
import { TemplateError } from './types.ts';

/** CloudFormation takes numbers and booleans as strings too. */
export const number = z.coerce.number();
export const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

/** @throws TemplateError naming the resource when its properties are not what the local run needs of them */
export function read<T>(resource: Resource, schema: z.ZodType<T>): T {
  const result = schema.safeParse(resource.properties);
  if (result.success) return result.data;
  throw new TemplateError(
    `${resource.stack}/${resource.logicalId} (${resource.type}): ${z.prettifyError(result.error)}`,
  );
}
