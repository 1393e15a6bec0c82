import { randomBytes } from 'node:crypto';
import { SNSClient, SubscribeCommand, UnsubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { pascalCase } from '../../../infra/names.ts';
import { clientOptions } from '../../../tools/deployed/clients.ts';
import type { Deployed } from '../../../tools/deployed/deployed.ts';
import type { Target } from './target.ts';

type Alert = Awaited<ReturnType<Target['alerts']>>[number];

/** What SNS puts around a message on its way to a queue. */
interface Envelope {
  readonly MessageId: string;
  readonly Message: string;
  readonly Subject?: string;
  readonly MessageAttributes?: Readonly<Record<string, { readonly Value: string }>>;
}

/** Subscribes to a pipeline's alerts as its users would: by a queue. */
export class AlertQueue {
  readonly #sqs: SQSClient;
  readonly #sns: SNSClient;
  readonly #url: string;
  readonly #subscription: string | undefined;
  /** By id: a queue may deliver twice. */
  readonly #received = new Map<string, Alert>();

  private constructor(sqs: SQSClient, sns: SNSClient, url: string, subscription: string | undefined) {
    this.#sqs = sqs;
    this.#sns = sns;
    this.#url = url;
    this.#subscription = subscription;
  }

  static async open({ place, outputs }: Deployed, pipeline: string): Promise<AlertQueue> {
    const sqs = new SQSClient(clientOptions(place));
    const sns = new SNSClient(clientOptions(place));
    const TopicArn = outputs[`${pascalCase(pipeline)}AlertTopic`];
    const { QueueUrl = '' } = await sqs.send(
      new CreateQueueCommand({ QueueName: `millrace-e2e-${randomBytes(6).toString('hex')}` }),
    );
    if (TopicArn === undefined) return new AlertQueue(sqs, sns, QueueUrl, undefined);
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    const Endpoint = Attributes?.QueueArn ?? '';
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: Endpoint,
        Condition: { ArnEquals: { 'aws:SourceArn': TopicArn } },
      },
    });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    const { SubscriptionArn } = await sns.send(
      new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, ReturnSubscriptionArn: true }),
    );
    return new AlertQueue(sqs, sns, QueueUrl, SubscriptionArn);
  }

  /** All that has come so far. */
  async messages(): Promise<Alert[]> {
    for (;;) {
      const { Messages = [] } = await this.#sqs.send(
        new ReceiveMessageCommand({ QueueUrl: this.#url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      if (Messages.length === 0) return [...this.#received.values()];
      for (const { Body = '{}' } of Messages) {
        const { MessageId, Message, Subject, MessageAttributes = {} } = JSON.parse(Body) as Envelope;
        const attributes = Object.entries(MessageAttributes).map(([name, { Value }]) => [name, Value]);
        this.#received.set(MessageId, {
          message: Message,
          subject: Subject,
          attributes: Object.fromEntries(attributes),
        });
      }
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await this.#sqs.send(new DeleteMessageBatchCommand({ QueueUrl: this.#url, Entries }));
    }
  }

  async close(): Promise<void> {
    if (this.#subscription !== undefined) {
      await this.#sns.send(new UnsubscribeCommand({ SubscriptionArn: this.#subscription }));
    }
    await this.#sqs.send(new DeleteQueueCommand({ QueueUrl: this.#url }));
    this.#sqs.destroy();
    this.#sns.destroy();
  }
}
