import { randomUUID } from 'node:crypto';
import { errors, SnsError } from './errors.ts';
import type { Message } from './messages.ts';

/** @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const MAX_BYTES = 262_144;
const MAX_SUBJECT = 100;

/**
 * Reads a message from the parameters of a request, and refuses what SNS refuses.
 *
 * @param prefix - of the parameters' names: empty, or that of an entry of a batch
 * @throws SnsError InvalidParameter
 */
export function readMessage(parameters: URLSearchParams, topicArn: string, prefix = ''): Message {
  const message = parameters.get(`${prefix}Message`) ?? '';
  const subject = parameters.get(`${prefix}Subject`) ?? undefined;
  const attributes = readAttributes(parameters, `${prefix}MessageAttributes.entry`);
  if (message === '') throw errors.invalid('Empty message');
  if (subject !== undefined && (subject === '' || subject.length >= MAX_SUBJECT || /\p{Cc}/u.test(subject))) {
    throw errors.invalid('Subject');
  }
  const size = Object.entries(attributes).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    Buffer.byteLength(message),
  );
  if (size > MAX_BYTES) throw errors.invalid('Message too long');
  return { id: randomUUID(), topicArn, published: new Date().toISOString(), subject, message, attributes };
}

/** `<prefix>.1.Name`, `<prefix>.1.Value.StringValue`, `<prefix>.2.Name`...: a map of the AWS query protocol. */
function readAttributes(parameters: URLSearchParams, prefix: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (let at = 1; parameters.has(`${prefix}.${at}.Name`); at++) {
    const name = parameters.get(`${prefix}.${at}.Name`) ?? '';
    const value =
      parameters.get(`${prefix}.${at}.Value.StringValue`) ??
      parameters.get(`${prefix}.${at}.Value.BinaryValue`) ??
      '';
    if (value === '') throw errors.invalid(`The message attribute '${name}' must contain a non-empty value`);
    attributes[name] = value;
  }
  return attributes;
}

const MAX_ENTRIES = 10;

/** An entry of a batch: its message, or why there is none. */
export interface Entry {
  readonly id: string;
  readonly result: Message | SnsError;
}

/** Reads the entries of a `PublishBatch`. @throws SnsError when the batch itself is wrong */
export function readEntries(parameters: URLSearchParams, topicArn: string): Entry[] {
  const entries: Entry[] = [];
  const prefix = 'PublishBatchRequestEntries.member';
  for (let at = 1; parameters.has(`${prefix}.${at}.Id`); at++) {
    const id = parameters.get(`${prefix}.${at}.Id`) ?? '';
    try {
      entries.push({ id, result: readMessage(parameters, topicArn, `${prefix}.${at}.`) });
    } catch (error) {
      if (!(error instanceof SnsError)) throw error;
      entries.push({ id, result: error });
    }
  }
  if (entries.length === 0) throw errors.emptyBatch();
  if (entries.length > MAX_ENTRIES) throw errors.tooManyEntries();
  if (new Set(entries.map(({ id }) => id)).size < entries.length) throw errors.sameIds();
  return entries;
}
