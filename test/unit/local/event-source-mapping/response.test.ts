import { expect, test } from 'vitest';
import { readBatchResponse } from '../../../../tools/local/event-source-mapping/response.ts';
import { sequence } from './factory.ts';

const batch = [1, 2, 3].map(sequence);
const failures = (...itemIdentifiers: unknown[]) => ({
  batchItemFailures: itemIdentifiers.map((itemIdentifier) => ({ itemIdentifier })),
});

// https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
test.each<[string, unknown, string]>([
  ['nothing', null, 'success'],
  ['an empty object', {}, 'success'],
  ['a text', 'done', 'success'],
  ['no list', { batchItemFailures: null }, 'success'],
  ['an empty list', failures(), 'success'],
  ['an empty identifier', failures(''), 'failure'],
  ['a null identifier', failures(null), 'failure'],
  ['a wrong name', { batchItemFailures: [{ id: batch[1] }] }, 'failure'],
  ['a number from another batch', failures(sequence(9)), 'failure'],
  ['something else than a list', { batchItemFailures: 'all' }, 'failure'],
  ['the first record', failures(batch[0]), 'failure'],
])('%s', (_, response, kind) => {
  expect(readBatchResponse(JSON.stringify(response), batch)).toEqual({ kind });
});

test('the lowest failed number is where to go on', () => {
  const payload = JSON.stringify(failures(batch[2], batch[1]));
  expect(readBatchResponse(payload, batch)).toEqual({ kind: 'partial', from: batch[1] });
});
