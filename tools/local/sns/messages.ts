import { readFileSync } from 'node:fs';
import { LogFile } from '../log-file.ts';
import { nameInArn } from '../place.ts';
import { harmless } from '../view/render.ts';

/** A message that was published to a topic. */
export interface Message {
  readonly id: string;
  readonly topicArn: string;
  /** When it was published, ISO 8601. */
  readonly published: string;
  readonly subject: string | undefined;
  readonly message: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A message as a line for a person. */
export const describeMessage = ({ topicArn, subject, message, attributes }: Message): string =>
  harmless(`alert ${attributes.stage ?? `to ${nameInArn(topicArn)}`}: ${subject ?? message}`);

/** So many of the latest messages can be listed. */
const LISTED = 1_000;

/** The messages of all topics, in order, kept in a file: nobody is subscribed here, so they wait for whoever looks. */
export class Messages {
  readonly #log: LogFile;
  readonly #listeners: ((message: Message) => void)[] = [];
  #latest: Message[];

  /** @param path - a file of one message a line */
  constructor(path: string) {
    this.#log = new LogFile(path);
    this.#latest = [`${path}.1`, path].flatMap(readMessages).slice(-LISTED);
  }

  /** Stores messages and tells the listeners of each. */
  add(messages: readonly Message[]): void {
    this.#log.write(Buffer.from(messages.map((message) => `${JSON.stringify(message)}\n`).join('')));
    this.#latest = [...this.#latest, ...messages].slice(-LISTED);
    for (const message of messages) for (const listener of this.#listeners) listener(message);
  }

  /** The latest messages, the newest first. */
  list(limit = LISTED): Message[] {
    return this.#latest.slice(-limit).reverse();
  }

  onMessage(listener: (message: Message) => void): void {
    this.#listeners.push(listener);
  }
}

/** A line that was cut off, or a file that is not there, holds no message. */
function readMessages(path: string): Message[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Message];
    } catch {
      return [];
    }
  });
}
