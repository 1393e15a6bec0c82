import {
  type AttributeValue,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CLOCK_SK, headsPk } from '../../shared/state/keys.ts';

type Item = Record<string, AttributeValue>;

const UNIT = 1024;

/**
 * A state table that forgets what is written and counts what it would cost. It shows one head and a clock, so that a writer
 * prunes the slices that have been closed; without the SDK and a network, what is measured is Millrace's own work.
 */
export class FakeTable {
  /** Write units, as DynamoDB counts them: every started 1,024 bytes of the item written. */
  writeUnits = 0;
  writes = 0;
  reads = 0;
  /** What the stage's clock says. */
  clock = { watermark: Number.NEGATIVE_INFINITY, closedUpTo: Number.NEGATIVE_INFINITY };
  readonly #stage: string;

  constructor(stage: string) {
    this.#stage = stage;
  }

  readonly client = { send: (command: unknown) => this.#send(command) } as unknown as DynamoDBClient;

  async #send(command: unknown): Promise<{ Items?: Item[] }> {
    if (command instanceof PutItemCommand) this.#write(itemSize(command.input.Item ?? {}));
    // A head is a few hundred bytes.
    else if (command instanceof UpdateItemCommand) this.#write(1);
    else {
      this.reads++;
      const asked =
        command instanceof QueryCommand ? command.input.ExpressionAttributeValues?.[':pk']?.S : undefined;
      if (asked === headsPk(this.#stage) && Number.isFinite(this.clock.watermark))
        return { Items: [this.#clockItem()] };
    }
    return {};
  }

  #clockItem(): Item {
    const { watermark, closedUpTo } = this.clock;
    return {
      pk: { S: headsPk(this.#stage) },
      sk: { S: CLOCK_SK },
      watermark: { N: String(watermark) },
      closedUpTo: { N: String(closedUpTo) },
    };
  }

  #write(bytes: number): void {
    this.writes++;
    this.writeUnits += Math.ceil(bytes / UNIT);
  }
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const itemSize = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value), 0);

function valueSize(value: AttributeValue): number {
  if (value.B !== undefined) return value.B.length;
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.length / 2) + 1;
  if (value.L !== undefined) return value.L.reduce((sum, entry) => sum + 1 + valueSize(entry), 3);
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + itemSize(value.M);
  return 1;
}
