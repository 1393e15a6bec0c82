import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { StreamEvent } from '../../shared/events/types.ts';
import { LATE, type Landing, RESULTS } from '../../shared/lake/landing.ts';
import { landedKey, rawKey } from '../../shared/lake/layout.ts';
import { rawLine } from '../../shared/lake/raw-row.ts';
import { resultEvent, resultId, type WindowResult } from '../../shared/results/result.ts';

/** Writes a lake's objects as files, as landing would. */
export class LakeWriter {
  readonly #root: string;
  #n = 0;

  /** @param root - folder of the bucket */
  constructor(root: string) {
    this.#root = root;
  }

  put(key: string, content: Uint8Array): void {
    const path = join(this.#root, key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  /**
   * One raw object of events that arrived together, each in a record of its own.
   *
   * @param redriven - where they had come first, of events that were put back into their stream
   */
  land(arrival: number, events: readonly StreamEvent[], redriven?: string): void {
    const n = ++this.#n;
    const shard = 'shardId-000000000000';
    const lines = events.map((event, subSequence) =>
      rawLine(event, { pipeline: 'p', shard, sequence: String(n), subSequence, arrival, redriven }),
    );
    this.put(rawKey('p', shard, n, arrival), gzipSync(lines.join('')));
  }

  /** One object of results that were emitted together. */
  landResults(arrival: number, results: readonly WindowResult[]): void {
    const lines = results.map((result) => {
      const { data } = JSON.parse(resultEvent('p', result)) as { data: unknown };
      const event = {
        type: `${result.stage}.result`,
        source: `/millrace/p/${result.stage}`,
        id: resultId(result),
      };
      return { ...event, time: result.end, key: result.key, data };
    });
    this.#landAs(RESULTS, arrival, lines);
  }

  /** One object of what was too late for a stage, as its late output has it. */
  landLate(arrival: number, events: readonly StreamEvent[]): void {
    this.#landAs(LATE, arrival, events);
  }

  #landAs({ prefix, line }: Landing, arrival: number, events: readonly StreamEvent[]): void {
    const n = ++this.#n;
    const shard = 'shardId-000000000000';
    const lines = events.map((event, subSequence) =>
      line(event, { pipeline: 'p', shard, sequence: String(n), subSequence, arrival }),
    );
    this.put(landedKey(prefix, 'p', shard, n, arrival), gzipSync(lines.join('')));
  }
}
