import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { withTimeout } from '../runtime/backoff.ts';
import { faultCode } from '../runtime/faults.ts';
import type { Alert } from './alert.ts';
import { notificationOf } from './notification.ts';
import { PUBLISH_MS } from './notifier.ts';

/** SNS understood a notification and will never take it. */
export class NotificationRefused extends Error {
  override readonly name = 'NotificationRefused';
}

/**
 * What SNS says of a message that it cannot take. All else, a missing permission or topic included, is a fault of the
 * infrastructure: alerts wait in the stream until somebody repairs it.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors
 */
const REFUSALS: ReadonlySet<string> = new Set([
  'InvalidParameter',
  'InvalidParameterException',
  'InvalidParameterValue',
  'InvalidParameterValueException',
  'ParameterValueInvalid',
  'ValidationException',
]);

/**
 * Publishes an alert's notification.
 *
 * @throws NotificationRefused when the message is not acceptable; whatever the client throws for other faults
 */
export async function publishAlert(
  client: SNSClient,
  to: { readonly pipeline: string; readonly topic: string },
  alert: Alert,
): Promise<void> {
  const command = new PublishCommand(notificationOf(to.pipeline, to.topic, alert));
  try {
    await withTimeout(PUBLISH_MS, (abortSignal) => client.send(command, { abortSignal }));
  } catch (error) {
    if (!REFUSALS.has(faultCode(error))) throw error;
    throw new NotificationRefused(`SNS refuses the notification: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
