import { createTable, STATE_TABLE } from '../../../tools/bench/state-table.ts';
import { InProcessDynamoDB } from '../../support/in-process-dynamodb.ts';
import { Store, TABLE } from './store.ts';

/** dynalite, as the store of a simulation. */
export class Emulator extends Store {
  readonly #dynamodb = new InProcessDynamoDB();

  static async create(): Promise<Emulator> {
    const emulator = new Emulator();
    await createTable(emulator.#dynamodb.client, { TableName: TABLE, ...STATE_TABLE });
    return emulator;
  }

  request(operation: string, input: object): Promise<unknown> {
    return this.#dynamodb.request(operation, input);
  }
}
