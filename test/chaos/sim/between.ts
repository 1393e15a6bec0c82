import { HEARTBEAT_TYPE } from '../../../shared/events/heartbeat.ts';
import { jsonOf, type Passed } from '../../../shared/filters/batch.ts';
import type { FilterPut } from '../../../shared/filters/output.ts';
import { parseResultEvent } from '../../../shared/results/result.ts';
import type { Node } from './node.ts';
import type { Process } from './process.ts';
import { type Producers, pointOf, type SentItem } from './producers.ts';

const RESULTS_PER_PUT = 3;
const PASSED_PER_PUT = 2;

/** The streams between stages: what leaves one is put where the next one reads, and noted down for whoever checks. */
export class Between {
  readonly #keys: readonly string[];
  readonly #nodes: readonly Node[];
  readonly #producers: Producers;
  readonly #now: () => number;

  constructor(keys: readonly string[], nodes: readonly Node[], producers: Producers, now: () => number) {
    this.#keys = keys;
    this.#nodes = nodes;
    this.#producers = producers;
    this.#now = now;
  }

  /** Results of a window stage, a few at a time. */
  async emit(node: Node, process: Process, results: Iterable<{ readonly event: string }>): Promise<number> {
    const events = [...results].map(({ event }) => event);
    for (let at = 0; at < events.length; at += RESULTS_PER_PUT) {
      await process.call('emit results', true, async () => {
        for (const event of events.slice(at, at + RESULTS_PER_PUT)) this.#result(node, event);
      });
    }
    return events.length;
  }

  /** What passes a filter: keys are put side by side, events of one key one after the other. */
  async pass(node: Node, process: Process, passed: readonly Passed[]): Promise<FilterPut> {
    const next = this.#after(node);
    const reached = new Map<string, string>();
    const byKey = new Map<string, Passed[]>();
    for (const one of passed) byKey.set(one.event.key, [...(byKey.get(one.event.key) ?? []), one]);
    await Promise.all(
      [...byKey].map(async ([key, all]) => {
        for (let at = 0; next !== undefined && at < all.length; at += PASSED_PER_PUT) {
          const some = all.slice(at, at + PASSED_PER_PUT);
          await process.call('put passed', true, async () => {
            const json = `[${some.map(({ event }) => jsonOf(event)).join()}]`;
            const items = some.map((one) => this.#sent(one));
            const { shard, sequence } = this.#put(next, key, Buffer.from(json), items);
            reached.set(shard, sequence);
          });
        }
      }),
    );
    return { oversize: [], reached };
  }

  #sent({ event }: Passed): SentItem {
    if (event.type === HEARTBEAT_TYPE) return { kind: 'heartbeat' };
    const found = this.#producers.find(`${event.source} ${event.id}`);
    return found === undefined ? { kind: 'bad' } : { kind: 'event', event: found };
  }

  /** A result reaches whoever reads results, other stages included. */
  #result(node: Node, text: string): void {
    node.sink.result(text);
    const next = this.#after(node);
    if (next === undefined) return;
    const result = parseResultEvent(text);
    const { source, id } = JSON.parse(text) as { source: string; id: string };
    const { key, end, final, retracted } = result;
    const amount = Number(result.values.total ?? 0);
    // What is final may not be late, whatever became of the events that it is made of.
    const event = { source, id, key, time: end - 1, amount, punctual: true };
    this.#put(next, key, Buffer.from(text), [
      final && retracted !== true ? { kind: 'event', event } : { kind: 'foreign' },
    ]);
  }

  #put(to: Node, key: string, bytes: Uint8Array, items: readonly SentItem[]) {
    const place = to.stream.put(pointOf(this.#keys, key), bytes, this.#now());
    to.records.push({ ...place, items });
    return place;
  }

  #after(node: Node): Node | undefined {
    return this.#nodes[this.#nodes.indexOf(node) + 1];
  }
}
