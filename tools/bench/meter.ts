import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  type GetItemCommandOutput,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

type Item = Record<string, AttributeValue>;

/** Bytes of a write unit, and of a consistent read unit. */
const WRITE_UNIT = 1024;
const READ_UNIT = 4096;

/** What requests of one sort took. */
export interface Usage {
  readonly requests: number;
  readonly units: number;
  readonly items: number;
}

const NOTHING: Usage = { requests: 0, units: 0, items: 0 };

/**
 * Counts what DynamoDB would charge for the requests of a client, by the part of the state they touch: the text of the partition
 * key before its first `#`. A write takes a unit for each started 1 KB of the larger of the item before and after it, and at least one even if its
 * condition fails; a consistent read one for each started 4 KB, a query of all its items together.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export class Meter {
  readonly writes = new Map<string, Usage>();
  readonly reads = new Map<string, Usage>();
  /** Sizes of items that were updated: an update's request does not say how large the item becomes. */
  readonly #updated = new Map<string, Item>();

  /** The same client, its requests counted. */
  wrap(client: DynamoDBClient): DynamoDBClient {
    const send = client.send.bind(client) as (command: unknown, ...rest: unknown[]) => Promise<unknown>;
    const counted = async (command: unknown, ...rest: unknown[]): Promise<unknown> => {
      if (command instanceof PutItemCommand) this.#write(command.input.Item ?? {});
      else if (command instanceof UpdateItemCommand) this.#write(this.#update(command));
      const answer = await send(command, ...rest);
      if (command instanceof QueryCommand) {
        const pk = command.input.ExpressionAttributeValues?.[':pk']?.S ?? '';
        this.#read(pk, (answer as QueryCommandOutput).Items ?? []);
      } else if (command instanceof GetItemCommand) {
        const { Item: item } = answer as GetItemCommandOutput;
        this.#read(command.input.Key?.pk?.S ?? '', item === undefined ? [] : [item]);
      }
      return answer;
    };
    return Object.create(client, { send: { value: counted } }) as DynamoDBClient;
  }

  /** Begins anew. */
  reset(): void {
    this.writes.clear();
    this.reads.clear();
  }

  /** The units of all parts, or of some. */
  static units(usage: ReadonlyMap<string, Usage>, ...parts: readonly string[]): number {
    return [...usage].reduce(
      (sum, [part, { units }]) => sum + (parts.length === 0 || parts.includes(part) ? units : 0),
      0,
    );
  }

  #write(item: Item): void {
    count(this.writes, item.pk?.S ?? '', Math.max(1, Math.ceil(itemSize(item) / WRITE_UNIT)), 1);
  }

  #read(pk: string, items: readonly Item[]): void {
    const bytes = items.reduce((sum, item) => sum + itemSize(item), 0);
    count(this.reads, pk, Math.max(1, Math.ceil(bytes / READ_UNIT)), items.length);
  }

  /** Updates only set attributes here, each from a value given by name. */
  #update({ input }: UpdateItemCommand): Item {
    const key = `${input.Key?.pk?.S} ${input.Key?.sk?.S}`;
    const item = { ...(this.#updated.get(key) ?? input.Key) };
    for (const [, name = '', value = ''] of (input.UpdateExpression ?? '').matchAll(
      /(#?\w+) = [^,]*?(:\w+)/g,
    )) {
      const given = input.ExpressionAttributeValues?.[value];
      if (given !== undefined) item[input.ExpressionAttributeNames?.[name] ?? name] = given;
    }
    this.#updated.set(key, item);
    return item;
  }
}

function count(usage: Map<string, Usage>, pk: string, units: number, items: number): void {
  const part = pk.split('#', 1)[0] ?? '';
  const before = usage.get(part) ?? NOTHING;
  usage.set(part, {
    requests: before.requests + 1,
    units: before.units + units,
    items: before.items + items,
  });
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
export const itemSize = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value), 0);

function valueSize(value: AttributeValue): number {
  if (value.B !== undefined) return value.B.length;
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.length / 2) + 1;
  if (value.L !== undefined) return value.L.reduce((sum, entry) => sum + 1 + valueSize(entry), 3);
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + itemSize(value.M);
  return 1;
}
