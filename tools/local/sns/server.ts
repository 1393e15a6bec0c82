import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readBody } from '../http/body.ts';
import { type XmlContent, xmlDocument } from '../s3/xml.ts';
import { errors, SnsError } from './errors.ts';
import { readEntries, readMessage } from './message-input.ts';
import type { Messages } from './messages.ts';

const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';
const MAX_BODY = 4 * 1024 * 1024;

/** The topics there are, by ARN: those of the template. */
export type Topics = ReadonlySet<string>;

/**
 * An HTTP server that speaks the part of the SNS API that publishers use. Topics come from the template, and what is published
 * to them is kept; nobody can subscribe.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/welcome.html
 */
export function createSnsServer(topics: Topics, messages: Messages): Server {
  return createServer((request, response) => {
    answer(topics, messages, request, response).catch(() => response.destroy());
  });
}

async function answer(
  topics: Topics,
  messages: Messages,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const ResponseMetadata = { RequestId: randomUUID() };
  let status = 200;
  let body: string;
  try {
    const parameters = new URLSearchParams((await readBody(request, MAX_BODY)).toString('utf8'));
    const action = parameters.get('Action') ?? '';
    const content = { [`${action}Result`]: act(action, parameters, topics, messages), ResponseMetadata };
    body = xmlDocument(`${action}Response`, content, NAMESPACE);
  } catch (error) {
    const known = error instanceof SnsError ? error : new SnsError('InternalError', 500, String(error));
    status = known.status;
    const Details = { Type: status < 500 ? 'Sender' : 'Receiver', Code: known.code, Message: known.message };
    body = xmlDocument('ErrorResponse', { Error: Details, ...ResponseMetadata }, NAMESPACE);
  }
  const headers = { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, headers).end(body);
}

function act(action: string, parameters: URLSearchParams, topics: Topics, messages: Messages): XmlContent {
  switch (action) {
    case 'ListTopics':
      return { Topics: { member: [...topics].map((TopicArn) => ({ TopicArn })) } };
    case 'Publish': {
      const message = readMessage(parameters, topicOf(parameters, topics));
      messages.add([message]);
      return { MessageId: message.id };
    }
    case 'PublishBatch':
      return publishBatch(parameters, topicOf(parameters, topics), messages);
    default:
      throw errors.unknownAction(action);
  }
}

function publishBatch(parameters: URLSearchParams, topicArn: string, messages: Messages): XmlContent {
  const entries = readEntries(parameters, topicArn);
  const accepted = entries.flatMap(({ result }) => (result instanceof SnsError ? [] : [result]));
  messages.add(accepted);
  const Successful = entries.flatMap(({ id, result }) =>
    result instanceof SnsError ? [] : [{ Id: id, MessageId: result.id }],
  );
  const Failed = entries.flatMap(({ id, result }) =>
    result instanceof SnsError
      ? [{ Id: id, Code: result.code, Message: result.message, SenderFault: true }]
      : [],
  );
  return { Successful: { member: Successful }, Failed: { member: Failed } };
}

/** @throws SnsError when there is no such topic */
function topicOf(parameters: URLSearchParams, topics: Topics): string {
  const arn = parameters.get('TopicArn') ?? parameters.get('TargetArn') ?? '';
  if (arn === '') throw errors.invalid('TopicArn or TargetArn Reason: no value for required parameter');
  if (!topics.has(arn)) throw errors.notFound();
  return arn;
}
