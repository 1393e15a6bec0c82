import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** What becomes of one call. */
export type Fate = 'ok' | 'lost' | 'ambiguous';

/** A call failed as calls to AWS do; what it was to do may or may not have been done. */
export class InjectedFault extends Error {
  override readonly name = 'InjectedFault';
}

/**
 * Decides the fate of calls: `lost` fails before anything happens, `ambiguous` lets it happen and fails then. A crash of the
 * process looks the same to what is stored, so the caller chooses whether the one who called lives on.
 */
export class Faults {
  #next: (operation: string) => Fate = () => 'ok';
  calls = 0;

  /** Uses a source of fates until {@link quiet}. */
  inject(next: (operation: string) => Fate): void {
    this.#next = next;
  }

  quiet(): void {
    this.#next = () => 'ok';
  }

  /** @param operation - what is called: the name of an SDK command, for those that go to DynamoDB */
  async call<T>(work: () => Promise<T>, operation = ''): Promise<T> {
    this.calls++;
    const fate = this.#next(operation);
    if (fate === 'lost') throw new InjectedFault('the call was lost');
    const result = await work();
    if (fate === 'ambiguous') throw new InjectedFault('the answer was lost');
    return result;
  }

  /** The same client, with faults. */
  wrap(client: DynamoDBClient): DynamoDBClient {
    const send = client.send.bind(client) as (command: unknown) => Promise<unknown>;
    return Object.create(client, {
      send: { value: (command: object) => this.call(() => send(command), command.constructor.name) },
    }) as DynamoDBClient;
  }
}
