import { escaped } from '../../web/html.ts';
import type { OpenApiDocument, Schema } from '../types.ts';
import { line, table } from './prose.ts';

type Schemas = OpenApiDocument['components']['schemas'];

const list = (value: unknown): readonly Schema[] => (Array.isArray(value) ? (value as Schema[]) : []);
const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

/** What a schema lets through, in a few words. */
export function schemaWords(schema: Schema): string {
  const { $ref, const: only, anyOf, oneOf, type, format, items, minimum, maximum, maxLength } = schema;
  if (typeof $ref === 'string') return $ref.split('/').at(-1) ?? '';
  if (only !== undefined) return JSON.stringify(only);
  if (Array.isArray(schema.enum)) return schema.enum.map((one) => JSON.stringify(one)).join(', ');
  const options = [...list(anyOf), ...list(oneOf)];
  if (options.length > 0) return [...new Set(options.map(schemaWords))].join(' or ');
  const words = [type ?? 'anything'].flat().map(String).join(' or ');
  const safe = (bound: unknown) => typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  return [
    typeof format === 'string' ? `${format}${words.includes('null') ? ' or null' : ''}` : words,
    ...(isSchema(items) ? [`of ${schemaWords(items)}`] : []),
    ...(safe(minimum) ? [`from ${minimum}`] : []),
    ...(safe(maximum) ? [`to ${maximum}`] : []),
    ...(typeof maxLength === 'number' ? [`at most ${maxLength} characters`] : []),
  ].join(' ');
}

/** The fields of an object's schema as a table. */
export function fieldTable(schema: Schema, schemas: Schemas): string {
  const { $ref } = schema;
  const found = typeof $ref === 'string' ? schemas[$ref.split('/').at(-1) ?? ''] : schema;
  const properties = found?.properties;
  if (!isSchema(properties)) return '';
  const required = Array.isArray(found?.required) ? found.required : [];
  return table(
    ['field', 'holds', 'required', ''],
    Object.entries(properties).map(([name, value]) => {
      const property = isSchema(value) ? value : {};
      return [
        `<code>${escaped(name)}</code>`,
        escaped(schemaWords(property)),
        required.includes(name) ? 'yes' : '',
        line(String(property.description ?? '').split('\n')[0] ?? ''),
      ];
    }),
  );
}
