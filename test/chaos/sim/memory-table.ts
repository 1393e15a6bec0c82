import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { compileCondition, compileUpdate } from './expressions.ts';
import { type Attributes, Store } from './store.ts';

interface Partition {
  /** Sort keys in order. */
  readonly order: string[];
  readonly items: Map<string, Attributes>;
}

interface Input {
  readonly Item?: Attributes;
  readonly Key?: Attributes;
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Attributes;
  readonly ExclusiveStartKey?: Attributes;
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
}

/**
 * The few things that the state protocol asks of DynamoDB, on a table of Maps: many times as fast as the emulator. It earns its
 * place by being compared with the emulator, answer by answer (see {@link Twin}), and refuses whatever it does not know.
 */
export class MemoryTable extends Store {
  readonly #partitions = new Map<string, Partition>();

  async request(operation: string, input: Input): Promise<unknown> {
    switch (operation) {
      case 'GetItem': {
        const item = this.#find(input.Key);
        return item === undefined ? {} : { Item: item };
      }
      case 'PutItem':
        this.#check(input, this.#find(input.Item));
        this.#store(input.Item ?? {});
        return {};
      case 'UpdateItem': {
        const before = this.#find(input.Key);
        this.#check(input, before);
        const change = compileUpdate(input.UpdateExpression ?? '');
        const item = { ...before, ...input.Key };
        change(item, input.ExpressionAttributeNames ?? {}, input.ExpressionAttributeValues ?? {});
        this.#store(item);
        return { Attributes: item };
      }
      case 'Query':
        return this.#query(input);
      default:
        throw new RangeError(`the table in memory knows no ${operation}`);
    }
  }

  #find(key: Attributes | undefined): Attributes | undefined {
    return this.#partitions.get(key?.pk?.S ?? '')?.items.get(key?.sk?.S ?? '');
  }

  #store(item: Attributes): void {
    const [pk, sk] = [item.pk?.S ?? '', item.sk?.S ?? ''];
    let partition = this.#partitions.get(pk);
    if (partition === undefined) {
      partition = { order: [], items: new Map() };
      this.#partitions.set(pk, partition);
    }
    if (!partition.items.has(sk)) {
      partition.order.push(sk);
      partition.order.sort();
    }
    partition.items.set(sk, item);
  }

  #check({ ConditionExpression, ...input }: Input, item: Attributes | undefined): void {
    if (ConditionExpression === undefined) return;
    const holds = compileCondition(ConditionExpression);
    const { ExpressionAttributeNames = {}, ExpressionAttributeValues = {} } = input;
    if (holds(item ?? {}, ExpressionAttributeNames, ExpressionAttributeValues)) return;
    throw new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata: {} });
  }

  #query(input: Input): { Items: Attributes[]; LastEvaluatedKey?: Attributes } {
    const values = input.ExpressionAttributeValues ?? {};
    const partition = this.#partitions.get(values[':pk']?.S ?? '');
    const bounds = /^pk = :pk(?: AND sk BETWEEN (:\w+) AND (:\w+))?$/.exec(
      input.KeyConditionExpression ?? '',
    );
    if (bounds === null)
      throw new RangeError(`the table in memory cannot query ${input.KeyConditionExpression}`);
    const [first, last] = [values[bounds[1] ?? '']?.S, values[bounds[2] ?? '']?.S];
    const found = (partition?.order ?? []).filter(
      (sk) => (first === undefined || sk >= first) && (last === undefined || sk <= last),
    );
    if (input.ScanIndexForward === false) found.reverse();
    const from =
      input.ExclusiveStartKey === undefined ? 0 : found.indexOf(input.ExclusiveStartKey.sk?.S ?? '') + 1;
    const page = found.slice(from, from + (input.Limit ?? found.length));
    const items = page.map((sk) => partition?.items.get(sk) as Attributes);
    const end = items.at(-1);
    if (input.Limit === undefined || items.length < input.Limit || end === undefined) return { Items: items };
    return { Items: items, LastEvaluatedKey: { pk: end.pk!, sk: end.sk! } };
  }
}
