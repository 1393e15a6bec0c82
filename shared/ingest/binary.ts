import { isUtf8 } from 'node:buffer';
import { parseJson } from '../events/json.ts';
import { isCloudEventsMedia, isJsonMedia } from './attributes.ts';
import { EventProblem } from './event-problem.ts';
import { essenceOf, isUtf8Type } from './media-type.ts';
import type { Headers } from './request.ts';

const PREFIX = 'ce-';
const REQUIRED = ['specversion', 'id', 'source', 'type'].map((name) => PREFIX + name);
const NAME = /^[a-z0-9]+$/;
/** A percent sign that begins no code: it can only mean itself. */
const LONE_PERCENT = /%(?![0-9a-f]{2})/gi;
const TEXT = /^text\/|^application\/(?:.+\+)?xml$/;

/**
 * Whether a request is one CloudEvents event in binary mode: its media type is none of CloudEvents' own, and a header holds
 * a required attribute. One is enough, so that an event that lacks another is told so.
 */
export const isBinaryMode = (headers: Headers): boolean =>
  !isCloudEventsMedia(headers['content-type'] ?? '') && REQUIRED.some((name) => headers[name] !== undefined);

/**
 * Reads an event in binary mode into the form of the JSON format, for the same checks as in the other modes.
 *
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#31-binary-content-mode
 * @returns why it is none, where its headers or its body cannot be read
 */
export function binaryEvent(
  headers: Headers,
  content: Buffer | string,
): Record<string, unknown> | EventProblem {
  const event: Record<string, unknown> = {};
  for (const [header, value] of Object.entries(headers)) {
    if (!header.startsWith(PREFIX) || value === undefined) continue;
    const name = header.slice(PREFIX.length);
    const decoded = attributeOf(name, value);
    if (decoded instanceof EventProblem) return decoded;
    event[name] = decoded;
  }
  const type = headers['content-type'];
  if (type !== undefined) event.datacontenttype = type;
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const problem = bytes.length === 0 ? undefined : addData(event, type ?? 'application/json', bytes);
  return problem ?? event;
}

function attributeOf(name: string, value: string): string | EventProblem {
  const pointer = `/${name}`;
  if (!NAME.test(name) || name === 'data' || name === 'datacontenttype') {
    return new EventProblem('invalid-event', `the header ce-${name} cannot hold an attribute`, pointer);
  }
  try {
    return decodeURIComponent(utf8(unquoted(value.trim())).replace(LONE_PERCENT, '%25'));
  } catch {
    const reason = `the header ce-${name} is not percent-coded UTF-8`;
    return new EventProblem('invalid-event', reason, pointer);
  }
}

/**
 * Senders that do not encode headers (the SDK for Go is one) send UTF-8 as it is, of which HTTP makes a text by taking each byte for a
 * character.
 */
function utf8(value: string): string {
  const bytes = Buffer.from(value, 'latin1');
  const isBytes = bytes.toString('latin1') === value;
  return isBytes && isUtf8(bytes) ? bytes.toString('utf8') : value;
}

/** Undoes a quoted string, as older versions of the binding wrote them (RFC 7230, section 3.2.6). */
const unquoted = (value: string): string =>
  value.length > 1 && value.startsWith('"') && value.endsWith('"')
    ? value.slice(1, -1).replace(/\\(.)/g, '$1')
    : value;

function addData(event: Record<string, unknown>, type: string, bytes: Buffer): EventProblem | undefined {
  if (isJsonMedia(type)) {
    const parsed = parseJson(bytes);
    if ('reason' in parsed) return new EventProblem('not-json', parsed.reason, '/data');
    event.data = parsed.value;
  } else if (TEXT.test(essenceOf(type)) && isUtf8Type(type) && isUtf8(bytes)) {
    event.data = bytes.toString('utf8');
  } else {
    event.data_base64 = bytes.toString('base64');
  }
  return undefined;
}
