import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Command, operationOf } from '../../support/in-process-dynamodb.ts';
import { labelOf, writes } from './calls.ts';
import type { Process } from './process.ts';
import type { Attributes, Store } from './store.ts';

/** Changes a command on its way to DynamoDB, or swallows it. */
export type CommandSabotage = (command: Command) => Command | undefined;

/**
 * The DynamoDB clients of processes: each request waits for the schedule, queries may be cut into pages, and whatever was written is
 * told.
 *
 * @param wrote - told of an item as it is after a write, and of the stage that it belongs to
 */
export function clientOf(
  store: Store,
  wrote: (stage: string | undefined, item: Attributes) => void,
  sabotage: CommandSabotage | undefined,
): (process: Process) => DynamoDBClient {
  const tell = (item: Attributes) => wrote(item.pk?.S?.split('#')[1], item);
  const carryOut = async (command: Command, page: number | undefined): Promise<unknown> => {
    const operation = operationOf(command);
    if (page !== undefined && operation === 'Query') {
      return store.request('Query', { Limit: page, ...command.input });
    }
    if (operation === 'UpdateItem') {
      const input = { ...command.input, ReturnValues: 'ALL_NEW' };
      const { Attributes: item } = (await store.request(operation, input)) as { Attributes: Attributes };
      tell(item);
      return {};
    }
    const answer = await store.send(command);
    if (operation === 'PutItem') tell((command.input as { Item: Attributes }).Item);
    return answer;
  };
  const send = (process: Process, original: Command): Promise<unknown> => {
    const command = sabotage ? sabotage(original) : original;
    if (command === undefined) return Promise.resolve({});
    return process.call(labelOf(command), writes(command), (page) => carryOut(command, page));
  };
  return (process) => ({ send: (command: Command) => send(process, command) }) as unknown as DynamoDBClient;
}
