import type { PublishCommandInput } from '@aws-sdk/client-sns';
import { type Alert, alertId } from './alert.ts';

/** What SNS takes: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const MAX_SUBJECT = 99;
/** Of 262,144 bytes, which the attributes count into. */
const MAX_MESSAGE = 250_000;
const MAX_ATTRIBUTE = 1_000;

/** What neither a subject nor an attribute may hold: control characters, and what XML has no place for. */
const UNFIT = /[\p{Cc}\p{Surrogate}\u2028\u2029\ufffe\uffff]+/gu;

/**
 * An alert as SNS takes it: the message is a CloudEvents event in JSON, the subject is the sentence for people, and attributes
 * let subscribers filter by stage, key and type, and know by its id an alert that they have had.
 */
export function notificationOf(pipeline: string, topic: string, alert: Alert): PublishCommandInput {
  const id = alertId(alert);
  const type = `${alert.stage}.alert`;
  const attributes = { stage: alert.stage, key: oneLine(alert.key, MAX_ATTRIBUTE), type, alertId: id };
  return {
    TopicArn: topic,
    Subject: oneLine(alert.message, MAX_SUBJECT) || type,
    Message: messageOf(pipeline, id, type, alert),
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes)
        // SNS refuses empty values.
        .filter(([, value]) => value !== '')
        .map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
    ),
  };
}

function messageOf(pipeline: string, id: string, type: string, alert: Alert): string {
  const { stage, key, time, message, cause } = alert;
  const write = (data: Readonly<Record<string, unknown>>) =>
    JSON.stringify({
      specversion: '1.0',
      id,
      source: `/millrace/${pipeline}/${stage}`,
      type,
      time: new Date(time).toISOString(),
      datacontenttype: 'application/json',
      data: { stage, key, ...data },
    }).replace(/[\ufffe\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
  // What a declaration's own function says may have been cut.
  const whole = write({ message: message.toWellFormed(), cause });
  if (Buffer.byteLength(whole) <= MAX_MESSAGE) return whole;
  // What is too large for a notification can be looked up by the id of its cause.
  return write({
    message: oneLine(message, MAX_ATTRIBUTE),
    key: oneLine(key, MAX_ATTRIBUTE),
    cause: { type: cause.type, id: oneLine(cause.id, MAX_ATTRIBUTE) },
  });
}

/** A text on one line, without what SNS refuses, cut where it is too long. */
function oneLine(text: string, length: number): string {
  const line = text
    .slice(0, 4 * length)
    .replace(UNFIT, ' ')
    .trim();
  // A cut may leave half of a surrogate pair.
  return line.length <= length ? line : `${line.slice(0, length - 1).replace(/\p{Surrogate}$/u, '')}…`;
}
