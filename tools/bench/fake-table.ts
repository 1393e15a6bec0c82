import {
  type AttributeValue,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CLOCK_SK, headsPk } from '../../shared/state/keys.ts';
import { itemSize } from './meter.ts';

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
