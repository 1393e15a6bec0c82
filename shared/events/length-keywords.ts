import { _, type Ajv2020, type CodeKeywordDefinition, type KeywordCxt } from 'ajv/dist/2020.js';

/**
 * `minLength` and `maxLength` of JSON Schema count code points, as zod does. ajv's own count those of every text, which
 * takes three quarters of the time of a whole validation; but a text of n UTF-16 code units has between n / 2 and n
 * code points, so that only one close to its limit has to be counted.
 */
export function useFastLengths(ajv: Ajv2020): Ajv2020 {
  for (const definition of [MAX_LENGTH, MIN_LENGTH]) {
    ajv.removeKeyword(definition.keyword as string);
    ajv.addKeyword(definition);
  }
  return ajv;
}

const lengthKeyword = (
  keyword: string,
  fails: (cxt: KeywordCxt, count: ReturnType<typeof _>) => ReturnType<typeof _>,
): CodeKeywordDefinition => ({
  keyword,
  type: 'string',
  schemaType: 'number',
  code(cxt) {
    const count = cxt.gen.scopeValue('func', { ref: codePoints });
    cxt.fail(fails(cxt, _`${count}(${cxt.data})`));
  },
});

const MAX_LENGTH = lengthKeyword(
  'maxLength',
  ({ data, schema }, count) => _`${data}.length > ${schema} && ${count} > ${schema}`,
);

const MIN_LENGTH = lengthKeyword(
  'minLength',
  ({ data, schema }, count) =>
    _`${data}.length < ${schema} || (${data}.length < ${2 * schema} && ${count} < ${schema})`,
);

/** Number of code points; a surrogate without its other half counts as one. */
function codePoints(text: string): number {
  let count = text.length;
  for (let at = 1; at < text.length; at++) {
    if ((text.charCodeAt(at - 1) & 0xfc00) === 0xd800 && (text.charCodeAt(at) & 0xfc00) === 0xdc00) count--;
  }
  return count;
}
