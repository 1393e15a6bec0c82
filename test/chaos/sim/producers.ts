import { gzipSync } from 'node:zlib';
import { encodeCompact } from '../../../shared/events/compact.ts';
import { HEARTBEAT_TYPE } from '../../../shared/events/heartbeat.ts';
import type { MemoryStream } from '../../support/memory-stream.ts';
import type { Plan } from './plan.ts';
import type { Random } from './random.ts';
import { MAX_AHEAD, MINUTE, OUT_OF_ORDERNESS, START } from './stages.ts';

/** An event as its producer knows it. Source and id identify it, however often it is sent. */
export interface SentEvent {
  readonly source: string;
  readonly id: string;
  readonly key: string;
  readonly time: number;
  readonly amount: number;
  /** Whether its first copy came in time for its profile: then it must be counted. */
  readonly punctual: boolean;
}

/** What is at one place of a record. */
export type SentItem =
  | { readonly kind: 'event'; readonly event: SentEvent }
  /** To be set aside: not decodable, not of the schema, or too far in the future. */
  | { readonly kind: 'bad' }
  /** An event of a type that the stage does not read. */
  | { readonly kind: 'foreign' }
  /** Nothing to any stage either, but filters hand it on. */
  | { readonly kind: 'heartbeat' };

export interface SentRecord {
  readonly shard: string;
  readonly sequence: string;
  readonly items: readonly SentItem[];
}

export const identity = ({ source, id }: SentEvent): string => `${source} ${id}`;

/** Points of the stream's hash range. */
const POINTS = 1024;
const SOURCES = ['/devices', '/gateways'];

/** Sends events to a stream, again and again, in several formats, and remembers what it sent. */
export class Producers {
  readonly records: SentRecord[] = [];
  readonly #plan: Plan;
  readonly #stream: MemoryStream;
  readonly #events: SentEvent[] = [];

  constructor(plan: Plan, stream: MemoryStream) {
    this.#plan = plan;
    this.#stream = stream;
  }

  /** What was sent under an identity. */
  find(name: string): SentEvent | undefined {
    return this.#events.find((event) => identity(event) === name);
  }

  /** Highest event time sent that was not too far in the future. */
  get latest(): number {
    return Math.max(START, ...this.#events.map(({ time }) => time));
  }

  /** New events of one key, in one record. */
  put(random: Random, now: number, watermark: number, key = random.pick(this.#plan.keys)): void {
    const source = random.chance(0.9) ? '/devices' : random.pick(SOURCES);
    const events = Array.from({ length: random.between(1, 4) }, () =>
      this.#draw(random, now, watermark, key, source),
    );
    // Two producers may give one id to two events: the source tells them apart.
    const twin = random.chance(0.05) ? events[0] : undefined;
    this.#send(random, now, key, twin ? [...events, { ...twin, source: '/twin', amount: 7 }] : events);
  }

  /** Events that were sent before, in another order and in another record, perhaps with new ones. */
  resend(random: Random, now: number, watermark: number): void {
    const key = random.pick(this.#plan.keys);
    const own = this.#events.filter((event) => event.key === key);
    if (own.length === 0) return;
    const recent = random.chance(0.6) ? own.slice(-8) : own;
    const again = Array.from({ length: random.between(1, 4) }, () => random.pick(recent));
    const fresh = random.chance(0.3) ? [this.#draw(random, now, watermark, key, '/devices')] : [];
    this.#send(random, now, key, [...fresh, ...again]);
  }

  /** An event of another type, in any shard: nothing to the stages, and no sign of time. */
  stray(random: Random, now: number, point = random.between(0, POINTS - 1)): void {
    const { event, item } = random.pick([FOREIGN, HEARTBEAT]);
    const bytes = Buffer.from(JSON.stringify(event));
    const { shard, sequence } = this.#stream.put(point, bytes, now);
    this.records.push({ shard, sequence, items: [item] });
  }

  /** One event for every key, so far ahead that all windows before it close. */
  end(now: number): void {
    for (const key of this.#plan.keys) {
      const event = {
        source: '/end',
        id: `end-${key}-${now}`,
        key: 'end',
        time: now,
        amount: 0,
        punctual: true,
      };
      this.#store(key, [event], encodeCompact([envelope(event)]), now);
    }
  }

  #draw(random: Random, now: number, watermark: number, key: string, source: string): SentEvent {
    const amount = random.between(0, 100);
    const id = `${this.#events.length}-${random.between(0, 1e9)}`;
    const time = this.#time(random, now, watermark);
    const punctual = this.#plan.profile !== 'wild';
    const event = { source, id, key, time, amount, punctual };
    return event;
  }

  #time(random: Random, now: number, watermark: number): number {
    const { lateness, pace, span } = this.#plan.stage;
    switch (this.#plan.profile) {
      case 'calm':
        return START + random.between(0, 0.8 * lateness);
      case 'punctual':
        return random.chance(0.03)
          ? now + MAX_AHEAD + random.between(1, MINUTE)
          : now - random.between(0, OUT_OF_ORDERNESS);
      case 'wild':
        break;
    }
    const kind = random.weighted({ recent: 50, edge: 30, late: 10, tooLate: 5, ahead: 3, tooFar: 2 });
    if (kind === 'recent') return now - random.between(0, OUT_OF_ORDERNESS);
    // Windows that have just closed, or are about to: where lateness is decided.
    if (kind === 'edge' && Number.isFinite(watermark)) {
      return watermark - lateness - span + random.between(0, span + pace);
    }
    if (kind === 'edge' || kind === 'late') return now - random.between(0, lateness + pace);
    if (kind === 'tooLate') return now - random.between(0, 3 * (lateness + 2 * pace));
    if (kind === 'ahead') return now + random.between(0, Math.min(MAX_AHEAD, 2 * pace));
    return now + MAX_AHEAD + random.between(1, 10 * MINUTE);
  }

  #send(random: Random, now: number, key: string, events: readonly SentEvent[]): void {
    this.#events.push(...events.filter(({ time }) => time - now <= MAX_AHEAD));
    const format = random.weighted({ compact: 5, json: 3, gzip: 1, broken: 0.3 });
    if (format === 'broken') {
      const { shard, sequence } = this.#stream.put(this.#pointOf(key), Buffer.from('{"not": json'), now);
      this.records.push({ shard, sequence, items: [{ kind: 'bad' }] });
    }
    const sameSource = events.every(({ source }) => source === events[0]?.source);
    if (format === 'compact' && sameSource) {
      this.#store(key, events, encodeCompact(events.map(envelope)), now);
      return;
    }
    const extra = random.chance(0.2) ? random.pick([FOREIGN, INVALID]) : undefined;
    const batch = [...(extra ? [extra.event] : []), ...events.map(cloudEvent)];
    const json = Buffer.from(JSON.stringify(batch));
    this.#store(key, events, format === 'gzip' ? gzipSync(json) : json, now, extra?.item);
  }

  #store(key: string, events: readonly SentEvent[], bytes: Uint8Array, now: number, first?: SentItem): void {
    const { shard, sequence } = this.#stream.put(this.#pointOf(key), bytes, now);
    const items = events.map(
      (event): SentItem => (event.time - now > MAX_AHEAD ? { kind: 'bad' } : { kind: 'event', event }),
    );
    this.records.push({ shard, sequence, items: first ? [first, ...items] : items });
  }

  #pointOf(key: string): number {
    return pointOf(this.#plan.keys, key);
  }
}

/** One lane per key, so that a key is always whole in one shard; others have the first. */
export const pointOf = (keys: readonly string[], key: string): number =>
  Math.floor(((Math.max(0, keys.indexOf(key)) + 0.5) * POINTS) / keys.length);

const envelope = ({ source, id, key, time, amount }: SentEvent) => ({
  type: 'reading',
  source,
  id,
  time,
  key,
  data: { key, amount, at: time },
});

const cloudEvent = ({ source, id, key, time, amount }: SentEvent): object => ({
  specversion: '1.0',
  type: 'reading',
  source,
  id,
  time: new Date(time).toISOString(),
  partitionkey: key,
  data: { key, amount, at: time },
});

const stray = (type: string, amount: unknown) => ({
  specversion: '1.0',
  type,
  source: '/stray',
  id: 'stray',
  time: new Date(START).toISOString(),
  partitionkey: 'stray',
  data: { key: 'stray', amount, at: START },
});
const FOREIGN = { event: stray('other', 1), item: { kind: 'foreign' } as const };
const HEARTBEAT = { event: stray(HEARTBEAT_TYPE, 1), item: { kind: 'heartbeat' } as const };
const INVALID = { event: stray('reading', 'many'), item: { kind: 'bad' } as const };
