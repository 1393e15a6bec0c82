import type { KinesisStreamRecord } from 'aws-lambda';

/** One record as Lambda delivers it. */
export const kinesisRecord = (data: string | Uint8Array, sequence: number | string): KinesisStreamRecord => ({
  awsRegion: 'us-east-1',
  eventID: `shardId-000000000000:${sequence}`,
  eventName: 'aws:kinesis:record',
  eventSource: 'aws:kinesis',
  eventSourceARN: 'arn:aws:kinesis:us-east-1:123456789012:stream/results',
  eventVersion: '1.0',
  invokeIdentityArn: 'arn:aws:iam::123456789012:role/test',
  kinesis: {
    approximateArrivalTimestamp: 1_767_225_600.123,
    data: Buffer.from(data as string).toString('base64'),
    kinesisSchemaVersion: '1.0',
    partitionKey: 'test',
    sequenceNumber: String(sequence),
  },
});
