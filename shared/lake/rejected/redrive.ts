import type { KnownTypes } from '../../events/known-types.ts';
import type { StreamEvent } from '../../events/types.ts';
import type { ShardInfo } from '../../state/heads.ts';
import type { LaneRecord } from '../../streams/lane-record.ts';
import type { PutOutcome } from '../../streams/put-outcome.ts';
import { eventsIn, type RejectedItem } from './item.ts';
import { recordOf } from './place.ts';
import type { RejectedStore } from './store.ts';

/** What putting back works with. */
export interface RedriveContext {
  readonly store: Pick<RejectedStore, 'note'>;
  readonly types: KnownTypes;
  /** Lanes of the stream that an item came from. */
  lanesOf(item: RejectedItem): number;
  listShards(stream: string): Promise<readonly ShardInfo[]>;
  put(stream: string, records: readonly LaneRecord[]): Promise<PutOutcome>;
  /** Waits until so many more records may go. */
  pace(count: number): Promise<void>;
  /** Other bytes for an item; `undefined` leaves it out. */
  patch(item: RejectedItem): Promise<Uint8Array | undefined> | Uint8Array | undefined;
  /** Told of each item that is to be put back, with the events in it. */
  onItem?(item: RejectedItem, events: readonly StreamEvent[]): void;
  onProgress?(progress: RedriveProgress): void;
  readonly now: () => number;
  readonly dryRun: boolean;
}

/** How far putting back has come. */
export interface RedriveProgress {
  /** Items that are in their streams again; with a dry run, that would be. */
  readonly done: number;
  /** Items of which a record put back before, or another of this run, is the same one: noted, and not put again. */
  readonly same: number;
  /** Items that the patch leaves out. */
  readonly leftOut: number;
  readonly failed: number;
  /** Why the first one that failed did. */
  readonly failure: string | undefined;
}

/** Records that are put and then noted together: what a kill between the two makes go twice. */
const CHUNK = 100;

interface Prepared {
  readonly item: RejectedItem;
  readonly record: LaneRecord;
  readonly patched: boolean;
  /** Items that other stages have set aside for the same place in the stream. */
  readonly others: RejectedItem[];
}

/**
 * Puts items back into the streams that they came from, at most once each as long as it is not killed: what is put is noted
 * in the lake, chunk by chunk. What was put and not noted goes again in the next run, with the same ids, which consumers know.
 *
 * @param items - in the order in which they are to go; none of them put back yet
 */
export async function redrive(
  context: RedriveContext,
  items: AsyncIterable<RejectedItem>,
): Promise<RedriveProgress> {
  const run = new RedriveRun(context);
  for await (const item of items) await run.add(item);
  await run.flush();
  return run.progress;
}

class RedriveRun {
  readonly #context: RedriveContext;
  readonly #shards = new Map<string, Promise<readonly ShardInfo[]>>();
  /** Places in streams that this run has put back already, or is about to. */
  readonly #places = new Set<string>();
  #chunk: Prepared[] = [];
  progress: RedriveProgress = { done: 0, same: 0, leftOut: 0, failed: 0, failure: undefined };

  constructor(context: RedriveContext) {
    this.#context = context;
  }

  async add(item: RejectedItem): Promise<void> {
    const place = `${item.stream} ${item.shard} ${item.sequence} ${item.sub}`;
    if (this.#places.has(place)) {
      const first = this.#chunk.find(({ item: one }) => one.stream === item.stream && isSame(one, item));
      this.#count({ same: 1 });
      if (first !== undefined) first.others.push(item);
      else if (!this.#context.dryRun) await this.#note(item, item.partitionKey ?? '', undefined);
      return;
    }
    const bytes = await this.#context.patch(item);
    if (bytes === undefined) {
      this.#count({ leftOut: 1 });
      return;
    }
    this.#places.add(place);
    const events = eventsIn(bytes, this.#context.types);
    this.#context.onItem?.(item, events);
    const shards = await this.#shardsOf(item.stream);
    const record = recordOf(item, bytes, events[0], this.#context.lanesOf(item), shards);
    this.#chunk.push({ item, record, patched: bytes !== item.bytes, others: [] });
    if (this.#chunk.length >= CHUNK) await this.flush();
  }

  async flush(): Promise<void> {
    const byStream = new Map<string, Prepared[]>();
    for (const one of this.#chunk) {
      byStream.set(one.item.stream, [...(byStream.get(one.item.stream) ?? []), one]);
    }
    for (const [stream, prepared] of byStream) await this.#put(stream, prepared);
    this.#chunk = [];
    this.#context.onProgress?.(this.progress);
  }

  async #put(stream: string, prepared: readonly Prepared[]): Promise<void> {
    if (this.#context.dryRun) {
      this.#count({ done: prepared.length });
      return;
    }
    await this.#context.pace(prepared.length);
    const { failed } = await this.#context.put(
      stream,
      prepared.map(({ record }) => record),
    );
    const reasons = new Map(failed.map(({ index, message }) => [index, message]));
    for (const [index, { item, record, patched, others }] of prepared.entries()) {
      const failure = reasons.get(index);
      if (failure !== undefined) {
        this.#count({ failed: 1 }, failure);
        continue;
      }
      for (const each of [item, ...others]) {
        await this.#note(each, record.partitionKey, patched ? record.data : undefined);
      }
      this.#count({ done: 1 });
    }
  }

  #note(item: RejectedItem, partitionKey: string, patched: Uint8Array | undefined): Promise<void> {
    return this.#context.store.note(item.name, {
      at: new Date(this.#context.now()).toISOString(),
      stream: item.stream,
      partitionKey,
      patched: patched && Buffer.from(patched).toString('base64'),
    });
  }

  #shardsOf(stream: string): Promise<readonly ShardInfo[]> {
    const known = this.#shards.get(stream) ?? this.#context.listShards(stream);
    this.#shards.set(stream, known);
    return known;
  }

  #count(more: Partial<Record<'done' | 'same' | 'leftOut' | 'failed', number>>, failure?: string): void {
    const { done, same, leftOut, failed } = this.progress;
    this.progress = {
      done: done + (more.done ?? 0),
      same: same + (more.same ?? 0),
      leftOut: leftOut + (more.leftOut ?? 0),
      failed: failed + (more.failed ?? 0),
      failure: this.progress.failure ?? failure,
    };
  }
}

const isSame = (one: RejectedItem, other: RejectedItem): boolean =>
  one.shard === other.shard && one.sequence === other.sequence && one.sub === other.sub;
