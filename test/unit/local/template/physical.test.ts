import { expect, test } from 'vitest';
import { generatedName } from '../../../../tools/local/template/physical.ts';

test('names are made of stack and logical id', () => {
  expect(generatedName('millrace-local-streams', 'Events1A2B', 'AWS::Kinesis::Stream')).toBe(
    'millrace-local-streams-Events1A2B',
  );
  expect(generatedName('App_Stack', 'Lake', 'AWS::S3::Bucket')).toBe('app-stack-lake');
});

test('names that are too long are cut, and stay apart', () => {
  const names = ['One', 'Two'].map((end) => generatedName('S'.repeat(70), end, 'AWS::Lambda::Function'));
  expect(names.every((name) => name.length <= 64)).toBe(true);
  expect(new Set(names).size).toBe(2);
});
