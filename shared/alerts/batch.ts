import { cloudEventOf } from '../events/cloudevents.ts';
import { HEARTBEAT_TYPE, isHeartbeatOf, laterHeartbeat } from '../events/heartbeat.ts';
import type { EventVisitor, StreamEvent } from '../events/types.ts';
import type { StageInput } from '../pipeline/index.ts';
import type { SetAsideItem } from '../streams/set-aside.ts';
import type { Alert } from './alert.ts';
import type { AlertRule } from './rule.ts';

/** Where in the stream an alert's cause was. */
type Place = Pick<SetAsideItem, 'sequence' | 'sub' | 'arrival'>;

/** An alert with what is needed to set its cause aside. */
export interface PlacedAlert extends Alert {
  readonly place: Place;
  /** The cause as it was in the stream. */
  readonly event: StreamEvent;
}

/** Finds, in a batch of records, what is to be told and what cannot be processed. One object per batch. */
export class AlertBatch implements EventVisitor {
  readonly rejected: SetAsideItem[] = [];
  /** When the last heartbeat that came with the stage's input was sent, epoch milliseconds. */
  heartbeat: number | undefined;
  readonly #rule: AlertRule;
  readonly #from: StageInput;
  readonly #alerts = new Map<string, PlacedAlert[]>();
  #sequence = '';
  #arrival = 0;

  constructor(rule: AlertRule, from: StageInput) {
    this.#rule = rule;
    this.#from = from;
  }

  /** Begins a record. */
  begin(sequence: string, arrival: number): void {
    this.#sequence = sequence;
    this.#arrival = arrival;
  }

  /** What is to be told, by key, each key's in the order of the stream. */
  get byKey(): PlacedAlert[][] {
    return [...this.#alerts.values()];
  }

  event(
    sub: number,
    type: string,
    source: string,
    id: string,
    time: number,
    key: string,
    data: unknown,
    trusted: boolean,
    extra?: Readonly<Record<string, unknown>>,
  ): void {
    if (type === HEARTBEAT_TYPE) {
      if (this.#isOurs(data)) this.heartbeat = laterHeartbeat(this.heartbeat, time);
      return;
    }
    const event: StreamEvent = { type, source, id, time, key, data, ...(extra && { extra }) };
    const place = { sequence: this.#sequence, sub, arrival: this.#arrival };
    const { alert, problem } = this.#rule.judge(event, this.#arrival, trusted);
    if (problem !== undefined) this.rejected.push({ ...place, ...problem, bytes: bytesOf(event) });
    if (alert !== undefined) this.#add({ ...alert, place, event });
  }

  undecodable(sub: number, reason: string, bytes: Uint8Array): void {
    this.rejected.push({
      sequence: this.#sequence,
      sub,
      arrival: this.#arrival,
      code: 'undecodable',
      reason,
      bytes: Buffer.from(bytes),
    });
  }

  #isOurs(data: unknown): boolean {
    return this.#from.kind !== 'window' || isHeartbeatOf(this.#from.name, data);
  }

  #add(alert: PlacedAlert): void {
    const others = this.#alerts.get(alert.key);
    if (others === undefined) this.#alerts.set(alert.key, [alert]);
    else others.push(alert);
  }
}

/** An event as it can be put back into its stream. */
export const bytesOf = (event: StreamEvent): Uint8Array => Buffer.from(JSON.stringify(cloudEventOf(event)));
