import { type Command, operationOf } from '../../support/in-process-dynamodb.ts';

interface Input {
  readonly Key?: { readonly pk: { readonly S: string }; readonly sk: { readonly S: string } };
  readonly Item?: { readonly pk: { readonly S: string } };
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S?: string }>>;
}

export const writes = (command: Command): boolean => ['PutItem', 'UpdateItem'].includes(operationOf(command));

/** What a command does, for people: the kind of item, and of an update what it sets first. */
export function labelOf(command: Command): string {
  const input = command.input as Input;
  const values = input.ExpressionAttributeValues ?? {};
  const pk = input.Key?.pk.S ?? input.Item?.pk.S ?? values[':pk']?.S ?? '?';
  const kind = input.Key?.sk.S === '!clock' ? 'clock' : pk.split('#')[0];
  const first = input.UpdateExpression?.match(/SET ([#\w]+)/)?.[1];
  const name = first === undefined ? '' : ` ${input.ExpressionAttributeNames?.[first] ?? first}`;
  const state = values[':claimed'] !== undefined && first === '#state' ? ' claimed' : '';
  return `${operationOf(command).replace('Item', '').toLowerCase()} ${kind}${name}${state}`;
}
