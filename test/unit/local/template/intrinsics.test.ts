// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what Fn::Sub looks like
import { describe, expect, test } from 'vitest';
import { resolve, type Scope } from '../../../../tools/local/template/intrinsics.ts';

const scope: Scope = {
  ref: (id) => ({ Stream: 'events', Count: 3, 'AWS::Region': 'us-east-1' })[id],
  getAtt: (id, attribute) => `${id}:${attribute}`,
  importValue: (name) => `imported ${name}`,
  condition: (name) => name === 'Yes',
  inMap: (map, key, second) => `${map}/${key}/${second}`,
};

describe('resolve', () => {
  test.each<[string, unknown, unknown]>([
    ['Ref', { Ref: 'Stream' }, 'events'],
    ['GetAtt as a list', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'Table:Arn'],
    ['GetAtt as a path', { 'Fn::GetAtt': 'Nested.Outputs.Name' }, 'Nested:Outputs.Name'],
    ['Join', { 'Fn::Join': [':', ['arn', { Ref: 'Stream' }, { Ref: 'Count' }]] }, 'arn:events:3'],
    ['Join of a split', { 'Fn::Join': ['-', { 'Fn::Split': ['/', 'a/b'] }] }, 'a-b'],
    ['Select', { 'Fn::Select': ['1', { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
    ['Sub', { 'Fn::Sub': 'x-${Stream}-${Table.Arn}-${!Kept}' }, 'x-events-Table:Arn-${Kept}'],
    [
      'Sub with names',
      { 'Fn::Sub': ['${Own}/${AWS::Region}', { Own: { Ref: 'Stream' } }] },
      'events/us-east-1',
    ],
    ['ImportValue', { 'Fn::ImportValue': { 'Fn::Sub': 'exp-${Stream}' } }, 'imported exp-events'],
    ['If, taken', { 'Fn::If': ['Yes', 1, { Ref: 'Unknown' }] }, 1],
    ['If, not taken', { 'Fn::If': ['No', 1, [2]] }, [2]],
    ['FindInMap', { 'Fn::FindInMap': ['M', { Ref: 'Stream' }, 'b'] }, 'M/events/b'],
    ['Base64', { 'Fn::Base64': 'hi' }, 'aGk='],
    ['Equals', { 'Fn::Equals': [{ Ref: 'Stream' }, 'events'] }, true],
    [
      'And, Or, Not',
      { 'Fn::And': [{ 'Fn::Or': [false, { Condition: 'Yes' }] }, { 'Fn::Not': [false] }] },
      true,
    ],
    ['GetAZs', { 'Fn::GetAZs': '' }, ['us-east-1a', 'us-east-1b', 'us-east-1c']],
    ['nested data', { a: [{ b: { Ref: 'Stream' } }], c: null }, { a: [{ b: 'events' }], c: null }],
    ['an object that only looks like a function', { Ref: 'Stream', other: 1 }, { Ref: 'Stream', other: 1 }],
  ])('%s', (_, template, expected) => {
    expect(resolve(template, scope)).toEqual(expected);
  });

  test('AWS::NoValue removes what holds it', () => {
    const none = { Ref: 'AWS::NoValue' };
    expect(resolve({ a: none, b: [none, 1], c: { 'Fn::If': ['No', 1, none] } }, scope)).toEqual({ b: [1] });
    expect(resolve(none, scope)).toBeUndefined();
  });

  test.each([
    [{ 'Fn::Transform': {} }, /Fn::Transform is not known/],
    [{ 'Fn::Select': [5, ['a']] }, /nothing at index 5/],
    [{ 'Fn::Join': ['-', 'not a list'] }, /expected a list/],
    [{ 'Fn::Sub': ['${A}', { A: { deep: 1 } }] }, /expected a string/],
  ])('%j is refused with a reason', (template, message) => {
    expect(() => resolve(template, scope)).toThrow(message);
  });
});
