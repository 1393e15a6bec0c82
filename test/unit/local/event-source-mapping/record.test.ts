import { expect, test } from 'vitest';
import {
  compareSequence,
  EVENT_OVERHEAD,
  eventOf,
  eventRecord,
} from '../../../../tools/local/event-source-mapping/record.ts';
import { kinesisRecord, pending, sequence } from './factory.ts';

test('an event has the shape that Lambda documents', () => {
  const record = kinesisRecord(7, 'hello', { ApproximateArrivalTimestamp: 1545084650.987 });
  expect(JSON.parse(eventOf([eventRecord(record, 'shardId-000000000006', 'lambda-stream')]))).toEqual({
    Records: [
      {
        kinesis: {
          kinesisSchemaVersion: '1.0',
          partitionKey: 'key-7',
          sequenceNumber: sequence(7),
          data: 'aGVsbG8=',
          approximateArrivalTimestamp: 1545084650.987,
        },
        eventSource: 'aws:kinesis',
        eventVersion: '1.0',
        eventID: `shardId-000000000006:${sequence(7)}`,
        eventName: 'aws:kinesis:record',
        invokeIdentityArn: 'arn:aws:iam::000000000000:role/local',
        awsRegion: 'us-east-1',
        eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/lambda-stream',
      },
    ],
  });
});

test('the size of an event is known without making it', () => {
  const records = [pending(1), pending(2, 'ü'), pending(3)];
  const size = EVENT_OVERHEAD + records.reduce((sum, { bytes }) => sum + bytes, 0) + records.length - 1;
  expect(Buffer.byteLength(eventOf(records))).toBe(size);
});

test('sequence numbers compare as numbers', () => {
  expect(compareSequence('9', '10')).toBeLessThan(0);
  expect(compareSequence('10', '9')).toBeGreaterThan(0);
  expect(compareSequence('10', '10')).toBe(0);
});
