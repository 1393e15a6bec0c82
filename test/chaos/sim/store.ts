import { isDeepStrictEqual } from 'node:util';
import { type Command, operationOf } from '../../support/in-process-dynamodb.ts';
import { Violation } from './observer.ts';

export const TABLE = 'state';

export type Attributes = Record<
  string,
  { S?: string; N?: string; BOOL?: boolean; M?: Attributes; L?: unknown[] }
>;

/** What the state is kept in. */
export abstract class Store {
  readonly table = TABLE;

  abstract request(operation: string, input: object): Promise<unknown>;

  /** Carries out an SDK command as a client would. */
  send(command: Command): Promise<unknown> {
    return this.request(operationOf(command), command.input);
  }

  /** All items under a partition key, by sort key. */
  async items(pk: string): Promise<Attributes[]> {
    const answer = await this.request('Query', {
      TableName: TABLE,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: pk } },
    });
    return (answer as { Items: Attributes[] }).Items;
  }
}

/** Two stores that must give the same answers. */
export class Twin extends Store {
  readonly #stores: readonly [Store, Store];

  constructor(...stores: [Store, Store]) {
    super();
    this.#stores = stores;
  }

  async request(operation: string, input: object): Promise<unknown> {
    const [first, second] = await Promise.all(
      this.#stores.map((store) => answerOf(store.request(operation, input))),
    );
    if (!isDeepStrictEqual(first?.shown, second?.shown)) {
      const asked = JSON.stringify({ operation, input });
      const answers = JSON.stringify([first?.shown, second?.shown]);
      throw new Violation('state', `two stores were asked ${asked} and gave different answers: ${answers}`);
    }
    if (first !== undefined && 'error' in first) throw first.error;
    return first?.answer;
  }
}

interface Answer {
  readonly answer?: unknown;
  readonly error?: unknown;
  /** In a form in which equal answers are equal. */
  readonly shown: unknown;
}

async function answerOf(asked: Promise<unknown>): Promise<Answer> {
  try {
    const answer = await asked;
    const { Items, Item, Attributes, LastEvaluatedKey } = answer as Record<string, unknown>;
    return { answer, shown: plain({ Items, Item, Attributes, LastEvaluatedKey }) };
  } catch (error) {
    return { error, shown: (error as Error).name };
  }
}

/** Without `undefined`, and with bytes as arrays of one class. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(entries.map(([name, entry]) => [name, plain(entry)]).sort());
}
