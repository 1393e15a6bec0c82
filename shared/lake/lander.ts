import { laterHeartbeat } from '../events/heartbeat.ts';
import { compareSequence } from '../state/position.ts';
import type { ListShards } from '../state/stage-context.ts';
import type { SourceRecord } from '../state/writer.ts';
import type { HashRange } from '../streams/hash-range.ts';
import { type SetAsideItem, withPartitionKeys } from '../streams/set-aside.ts';
import type { Landing } from './landing.ts';
import type { Landed, LandingHeads } from './landing-heads.ts';
import { landedKey } from './layout.ts';
import { compressLines, rawBatch } from './raw-batch.ts';
import type { RawStore } from './raw-store.ts';

/** What landing works with. */
export interface LandContext {
  readonly pipeline: string;
  /** What is landed. */
  readonly landing: Landing;
  readonly store: RawStore;
  readonly heads: Pick<LandingHeads, 'read' | 'advance'>;
  readonly listShards: ListShards;
  /** Bytes of JSON at which an object is closed; see raw-batch.ts. */
  readonly maxBytes?: number;
  /** Stores what cannot be decoded; idempotent. */
  setAside(shard: string, items: readonly SetAsideItem[]): Promise<void>;
}

/** What a batch has led to. */
export interface LandReport {
  readonly objects: number;
  readonly rows: number;
  readonly rejected: number;
  /** When the last heartbeat among them was sent, epoch milliseconds. */
  readonly heartbeat: number | undefined;
}

/**
 * Lands the records of one shard in the lake, each exactly once, however often and in whatever batches they are delivered.
 *
 * The n-th object of a shard holds the records that follow those of the (n-1)-th. Its name is a function of n and of the first of
 * those records, so all attempts at it compete for one name, and creating it is the commit. Whoever finds it taken adopts
 * what is there: it may hold fewer records than were to be written, or more.
 */
export class ShardLander {
  readonly #context: LandContext;
  readonly #shard: string;
  #hashRange: HashRange | undefined;

  constructor(context: LandContext, shard: string) {
    this.#context = context;
    this.#shard = shard;
  }

  /** When it returns all records are in the lake; when it throws the same records must be given again. */
  async process(records: readonly SourceRecord[]): Promise<LandReport> {
    // Read every time: with a place remembered from before, later records would be landed as if nothing lay in between.
    const begun = await this.#context.heads.read(this.#shard);
    let landed: Landed = begun;
    let report: LandReport = { objects: 0, rows: 0, rejected: 0, heartbeat: undefined };
    for (;;) {
      const { sequence } = landed.position;
      const rest = records.filter((record) => compareSequence(record.sequence, sequence) > 0);
      const [first] = rest;
      if (first === undefined) break;
      const batch = await this.#batch(rest);
      const { to, here } = await this.#context.store.create({
        key: this.#key(landed.n + 1, first.arrival),
        body: compressLines(batch.lines),
        from: landed.position,
        to: batch.to,
        rows: batch.lines.length,
      });
      landed = { n: landed.n + 1, position: to };
      if (!here) continue;
      report = {
        objects: report.objects + 1,
        rows: report.rows + batch.lines.length,
        rejected: report.rejected + batch.rejected.length,
        heartbeat: laterHeartbeat(report.heartbeat, batch.heartbeat),
      };
    }
    if (landed.n > begun.n) await this.#context.heads.advance(this.#shard, landed);
    return report;
  }

  #key(n: number, arrival: number): string {
    const { pipeline, landing } = this.#context;
    return landedKey(landing.prefix, pipeline, this.#shard, n, arrival);
  }

  async #batch(records: readonly SourceRecord[]) {
    this.#hashRange ??= await this.#readHashRange();
    const options = { hashRange: this.#hashRange };
    const { pipeline, landing, maxBytes } = this.#context;
    const batch = rawBatch(pipeline, this.#shard, records, options, landing.line, maxBytes);
    if (batch.rejected.length > 0) {
      await this.#context.setAside(this.#shard, withPartitionKeys(batch.rejected, records));
    }
    return batch;
  }

  /** Of records that the KPL has aggregated, only those of the shard's own range are its own. */
  async #readHashRange(): Promise<HashRange | undefined> {
    const shards = await this.#context.listShards();
    const range = shards.find(({ shard }) => shard === this.#shard)?.hashRange;
    return range && { start: BigInt(range[0]), end: BigInt(range[1]) };
  }
}
