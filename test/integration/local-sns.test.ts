import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTopicCommand,
  ListTopicsCommand,
  PublishBatchCommand,
  PublishCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { close, listen } from '../../tools/local/listen.ts';
import { describeMessage, type Message, Messages } from '../../tools/local/sns/messages.ts';
import { createSnsServer } from '../../tools/local/sns/server.ts';

const TopicArn = 'arn:aws:sns:us-east-1:000000000000:alerts';

let folder: string;
let messages: Messages;
let server: Server;
let sns: SNSClient;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-sns-'));
  messages = new Messages(join(folder, 'messages.ndjson'));
  server = createSnsServer(new Set([TopicArn]), messages);
  sns = new SNSClient({
    endpoint: `http://127.0.0.1:${await listen(server, 0)}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
  });
});

afterEach(async () => {
  sns.destroy();
  await close(server);
  await rm(folder, { recursive: true });
});

const Attributes = {
  stage: { DataType: 'String', StringValue: 'pulse' },
  key: { DataType: 'String', StringValue: 'Änne & <co>' },
};

describe('publishing', () => {
  test('keeps the message as it was given', async () => {
    const Message = '{"text":"100 % of \\"ü☃😀\\" + more"}\n';
    const answer = await sns.send(
      new PublishCommand({ TopicArn, Message, Subject: 'Hello, Ünal', MessageAttributes: Attributes }),
    );
    expect(messages.list()).toEqual([
      {
        id: answer.MessageId,
        topicArn: TopicArn,
        published: expect.stringMatching(/Z$/),
        subject: 'Hello, Ünal',
        message: Message,
        attributes: { stage: 'pulse', key: 'Änne & <co>' },
      },
    ]);
  });

  test('is seen at once by who listens, and later by another run', async () => {
    const seen: Message[] = [];
    messages.onMessage((message) => seen.push(message));
    for (const Message of ['one', 'two', 'three']) await sns.send(new PublishCommand({ TopicArn, Message }));
    expect(seen.map(({ message }) => message)).toEqual(['one', 'two', 'three']);
    const again = new Messages(join(folder, 'messages.ndjson'));
    expect(again.list(2).map(({ message }) => message)).toEqual(['three', 'two']);
  });

  test('of a batch tells which of its entries were refused', async () => {
    const answer = await sns.send(
      new PublishBatchCommand({
        TopicArn,
        PublishBatchRequestEntries: [
          { Id: 'a', Message: 'one', MessageAttributes: Attributes },
          { Id: 'b', Message: 'two', Subject: 'two\nlines' },
          { Id: 'c', Message: 'three' },
        ],
      }),
    );
    expect(answer.Successful?.map(({ Id }) => Id)).toEqual(['a', 'c']);
    expect(answer.Failed).toEqual([expect.objectContaining({ Id: 'b', Code: 'InvalidParameter' })]);
    expect(messages.list().map(({ message }) => message)).toEqual(['three', 'one']);
  });
});

describe('what SNS refuses', () => {
  test.each([
    ['a topic that does not exist', { TopicArn: `${TopicArn}x`, Message: 'm' }, 'NotFoundException'],
    ['no topic', { TopicArn: '', Message: 'm' }, 'InvalidParameterException'],
    ['an empty message', { TopicArn, Message: '' }, 'InvalidParameterException'],
    ['a message over 256 KB', { TopicArn, Message: 'é'.repeat(131_073) }, 'InvalidParameterException'],
    [
      'a subject of 100 characters',
      { TopicArn, Message: 'm', Subject: 'x'.repeat(100) },
      'InvalidParameterException',
    ],
    ['a subject with a line break', { TopicArn, Message: 'm', Subject: 'a\nb' }, 'InvalidParameterException'],
    [
      'an empty attribute',
      { TopicArn, Message: 'm', MessageAttributes: { a: { DataType: 'String', StringValue: '' } } },
      'InvalidParameterException',
    ],
  ])('%s', async (_, input, name) => {
    await expect(sns.send(new PublishCommand(input))).rejects.toMatchObject({ name });
    expect(messages.list()).toEqual([]);
  });

  test('and what is not part of the local SNS is refused, not ignored', async () => {
    await expect(sns.send(new CreateTopicCommand({ Name: 'x' }))).rejects.toThrow(/local SNS/);
  });
});

test('topics are those of the template', async () => {
  expect((await sns.send(new ListTopicsCommand({}))).Topics).toEqual([{ TopicArn }]);
});

test('a message is a line for a person, without anything that could move the cursor', () => {
  const message = { id: '', topicArn: TopicArn, published: '', message: 'm', attributes: {} };
  expect(describeMessage({ ...message, subject: 'ann\u001b[2J' })).toBe('alert to alerts: ann·[2J');
  expect(describeMessage({ ...message, subject: undefined, attributes: { stage: 'pulse' } })).toBe(
    'alert pulse: m',
  );
});
