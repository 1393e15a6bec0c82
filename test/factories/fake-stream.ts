import type { PutRecordsCommandInput } from '@aws-sdk/client-kinesis';

/** What the fake does with one request: `after` fails having stored, `lost` never answers and stores much later. */
export type Behaviour =
  | { readonly kind: 'ok' }
  | { readonly kind: 'partial'; readonly fail: readonly boolean[]; readonly code?: string }
  | { readonly kind: 'before' | 'after' | 'hang' | 'lost' }
  | { readonly kind: 'final'; readonly name: string };

/** An error as the SDK throws it. */
export const awsError = (name: string, httpStatusCode: number): Error =>
  Object.assign(new Error(`${name} from the fake`), { name, $metadata: { httpStatusCode } });

/** A Kinesis stream in memory that fails as told, request by request, and then works. */
export class FakeStream {
  /** What was stored, in order: bytes as text, one character each. */
  readonly stored: string[] = [];
  readonly requests: PutRecordsCommandInput[] = [];
  /** Partition keys that were in two requests at the same time. */
  readonly overlaps: string[] = [];
  readonly #script: Behaviour[];
  readonly #late: string[][] = [];
  readonly #inFlight = new Map<string, number>();
  #sequence = 0;

  constructor(script: readonly Behaviour[] = []) {
    this.#script = [...script];
  }

  async put(input: PutRecordsCommandInput) {
    this.requests.push(input);
    const records = input.Records ?? [];
    const keys = records.map(({ PartitionKey }) => PartitionKey ?? '');
    const behaviour = this.#script.shift() ?? { kind: 'ok' };
    for (const key of keys) {
      const count = (this.#inFlight.get(key) ?? 0) + 1;
      this.#inFlight.set(key, count);
      if (count > 1) this.overlaps.push(key);
    }
    // Requests that are under way together answer in any order. (No macrotask: a busy machine would make it a time-out.)
    for (let turns = this.requests.length % 3; turns > 0; turns--) await undefined;
    for (const key of keys) this.#inFlight.set(key, (this.#inFlight.get(key) ?? 1) - 1);
    return this.#act(
      behaviour,
      records.map(({ Data }) => Buffer.from(Data ?? []).toString('latin1')),
    );
  }

  /** Lets every request that seemed lost arrive after all. */
  settle(): void {
    for (const texts of this.#late.splice(0)) this.stored.push(...texts);
  }

  async #act(behaviour: Behaviour, texts: readonly string[]) {
    switch (behaviour.kind) {
      case 'before':
        throw awsError('InternalFailure', 500);
      case 'after':
        this.stored.push(...texts);
        throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      case 'final':
        throw awsError(behaviour.name, 400);
      case 'hang':
        return new Promise<never>(() => undefined);
      case 'lost':
        this.#late.push([...texts]);
        return new Promise<never>(() => undefined);
      case 'partial':
        return {
          Records: texts.map((text, at) => this.#store(text, behaviour.fail[at] ?? false, behaviour.code)),
        };
      default:
        this.settle();
        return { Records: texts.map((text) => this.#store(text, false)) };
    }
  }

  #store(text: string, fail: boolean, code = 'ProvisionedThroughputExceededException') {
    if (fail) return { ErrorCode: code, ErrorMessage: 'slow down' };
    this.stored.push(text);
    return { SequenceNumber: `${++this.#sequence}`, ShardId: 'shardId-000000000000' };
  }
}
