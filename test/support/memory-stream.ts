import type { ConcernsStage } from '../../shared/results/stage-reader.ts';
import type { ShardInfo } from '../../shared/state/heads.ts';
import { comparePosition, type Position, WHOLE_RECORD } from '../../shared/state/position.ts';
import type { Probe } from '../../shared/state/sweep-shards.ts';
import type { SourceRecord } from '../../shared/state/writer.ts';

interface MemoryShard extends ShardInfo {
  readonly records: SourceRecord[];
  closed: boolean;
}

/** A Kinesis stream in memory: shards with ranges of lanes, split and merge, positions as Kinesis has them. */
export class MemoryStream {
  readonly #shards: MemoryShard[] = [];
  #sequence = 49_600_000_000_000_000_000_000n;

  constructor(shards: number) {
    for (let index = 0; index < shards; index++) {
      const start = (at: number) => Math.floor((at * 1024) / shards);
      this.#open([], [String(start(index)), String(start(index + 1) - 1)]);
    }
  }

  list = async (): Promise<ShardInfo[]> =>
    this.#shards.map(({ shard, parents, hashRange }) => ({ shard, parents, hashRange }));

  /** Names of all shards, parents before children. */
  names(): string[] {
    return this.#shards.map(({ shard }) => shard);
  }

  /** @returns where the record is */
  put(point: number, bytes: Uint8Array, arrival: number): { shard: string; sequence: string } {
    const shard = this.#shards.find(
      ({ closed, hashRange: [from, to] }) => !closed && point >= Number(from) && point <= Number(to),
    );
    // Steps of many digits: numbers that differ in length must compare as numbers.
    this.#sequence += 999_999_999_999n;
    const sequence = String(this.#sequence);
    shard!.records.push({ sequence, arrival, data: Buffer.from(bytes).toString('base64') });
    return { shard: shard!.shard, sequence };
  }

  /** Up to `count` records after a sequence number. */
  read(shard: string, after: string | undefined, count: number): SourceRecord[] {
    const { records } = this.#find(shard);
    const from = after === undefined ? 0 : records.findIndex(({ sequence }) => sequence === after) + 1;
    return records.slice(from, from + count);
  }

  isEmptyAfter(shard: string, after: string | undefined): boolean {
    return this.read(shard, after, 1).length === 0;
  }

  /** Whether everything of the shards that a shard descends from has been read: only then may it be. */
  isReady(shard: string, after: ReadonlyMap<string, string>): boolean {
    return this.#find(shard).parents.every(
      (parent) => this.isReady(parent, after) && this.isEmptyAfter(parent, after.get(parent)),
    );
  }

  split(name: string): void {
    const shard = this.#find(name);
    const [from, to] = shard.hashRange.map(Number) as [number, number];
    if (shard.closed || from === to) return;
    shard.closed = true;
    const middle = Math.floor((from + to) / 2);
    this.#open([name], [String(from), String(middle)]);
    this.#open([name], [String(middle + 1), String(to)]);
  }

  /** Merges a shard with its right-hand neighbour, if both are open. */
  merge(name: string): void {
    const left = this.#find(name);
    const right = this.#shards.find(
      ({ closed, hashRange }) => !closed && Number(hashRange[0]) === Number(left.hashRange[1]) + 1,
    );
    if (left.closed || right === undefined) return;
    left.closed = true;
    right.closed = true;
    this.#open([left.shard, right.shard], [left.hashRange[0], right.hashRange[1]]);
  }

  probe = async (name: string, after: Position, concerns: ConcernsStage): Promise<Probe> => {
    if (after.sub !== WHOLE_RECORD) return 'unread';
    const { records, closed } = this.#find(name);
    const position = ({ sequence }: SourceRecord) => ({ sequence, sub: WHOLE_RECORD });
    const unread = records.filter((record) => comparePosition(position(record), after) > 0);
    if (unread.some(({ data }) => concerns(Buffer.from(data, 'base64')))) return 'unread';
    if (closed) return unread.length > 0 ? 'unread' : 'ended';
    return 'empty';
  };

  #find(name: string): MemoryShard {
    return this.#shards.find(({ shard }) => shard === name)!;
  }

  #open(parents: string[], hashRange: [string, string]): void {
    const shard = `shardId-${String(this.#shards.length).padStart(12, '0')}`;
    this.#shards.push({ shard, parents, hashRange, records: [], closed: false });
  }
}
