import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Units of DynamoDB's capacity. */
export interface Units {
  readonly read: number;
  readonly write: number;
}

interface Answer {
  readonly ConsumedCapacity?: Consumed | readonly Consumed[];
}
interface Consumed {
  readonly CapacityUnits?: number;
}

const READS: ReadonlySet<string> = new Set([
  'BatchGetItemCommand',
  'GetItemCommand',
  'QueryCommand',
  'ScanCommand',
]);
const NOBODY = '';

/**
 * Counts the units that the requests of a client take, as DynamoDB says in its answers. Partition keys of the state table are made of what is
 * stored and whose it is (`log#<stage>#<shard>`), so a function that works for several stages at a time can tell theirs apart.
 * A write whose condition fails is not counted: its answer is an error, which does not say what it took.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ConsumedCapacity.html
 */
export class CapacityMeter {
  readonly #used = new Map<string, { read: number; write: number }>();

  /** Has a client ask for, and this count, what its requests take. */
  attach(client: DynamoDBClient): void {
    client.middlewareStack.add(
      (next, { commandName = '' }) =>
        async (args) => {
          const answer = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
          this.#count(commandName, ownerOf(args.input), answer.output as Answer);
          return answer;
        },
      { step: 'initialize', name: 'countCapacity' },
    );
  }

  /** What was used since the last call, for a stage or a pipeline, or in all. */
  take(owner?: string): Units {
    const units = { read: 0, write: 0 };
    for (const [name, used] of this.#used) {
      if (owner !== undefined && owner !== name) continue;
      units.read += used.read;
      units.write += used.write;
      this.#used.delete(name);
    }
    return units;
  }

  #count(command: string, owner: string, { ConsumedCapacity = [] }: Answer): void {
    const used = this.#used.get(owner) ?? { read: 0, write: 0 };
    const kind = READS.has(command) ? 'read' : 'write';
    for (const { CapacityUnits = 0 } of [ConsumedCapacity].flat()) used[kind] += CapacityUnits;
    this.#used.set(owner, used);
  }
}

/** The second part of the partition key. */
function ownerOf(input: object): string {
  const { Key, Item, ExpressionAttributeValues } = input as Readonly<
    Record<string, Readonly<Record<string, { readonly S?: string }>> | undefined>
  >;
  const pk = Key?.pk?.S ?? Item?.pk?.S ?? ExpressionAttributeValues?.[':pk']?.S;
  return pk?.split('#')[1] ?? NOBODY;
}
