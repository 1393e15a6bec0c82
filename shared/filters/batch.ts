import { cloudEventOf } from '../events/cloudevents.ts';
import { HEARTBEAT_TYPE } from '../events/heartbeat.ts';
import type { EventVisitor, StreamEvent } from '../events/types.ts';
import type { SetAsideItem } from '../streams/set-aside.ts';
import type { FilterRule } from './rule.ts';

/** An event that passes, and where it was. */
export interface Passed {
  readonly event: StreamEvent;
  readonly sequence: string;
  readonly sub: number;
  readonly arrival: number;
}

/** Sorts the events of consecutive records into those that pass, those that do not, and those that cannot be told. */
export class FilterBatch implements EventVisitor {
  readonly passed: Passed[] = [];
  /** They pass every filter, and count nowhere. */
  readonly heartbeats: Passed[] = [];
  readonly rejected: SetAsideItem[] = [];
  filtered = 0;
  /** Something was for this stage, or may have been: it cannot be decoded. */
  fed = false;
  maxEventTime: number;
  readonly #rule: FilterRule;
  readonly #type: string;
  #sequence = '';
  #arrival = 0;

  /** @param type - the events that are the stage's: all others in its stream are nothing to it */
  constructor(rule: FilterRule, type: string, maxEventTime: number) {
    this.#rule = rule;
    this.#type = type;
    this.maxEventTime = maxEventTime;
  }

  /** Begins a record. */
  begin(sequence: string, arrival: number): void {
    this.#sequence = sequence;
    this.#arrival = arrival;
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
    const event: StreamEvent = { type, source, id, time, key, data, extra };
    const place = { sequence: this.#sequence, sub, arrival: this.#arrival };
    if (type !== this.#type) {
      if (type === HEARTBEAT_TYPE) this.heartbeats.push({ event, ...place });
      return;
    }
    this.fed = true;
    const judgement = this.#rule.judge(event, this.#arrival, trusted);
    if (judgement.kind === 'rejected') {
      const { code, reason } = judgement.problem;
      this.rejected.push({ ...place, code, reason, bytes: Buffer.from(jsonOf(event)) });
      return;
    }
    if (time > this.maxEventTime) this.maxEventTime = time;
    if (judgement.kind === 'filtered') this.filtered++;
    else this.passed.push({ event: judgement.event, ...place });
  }

  undecodable(sub: number, reason: string, bytes: Uint8Array): void {
    this.fed = true;
    // A copy: the memory of a record may be used for the next one.
    const place = { sequence: this.#sequence, sub, arrival: this.#arrival };
    this.rejected.push({ ...place, code: 'undecodable', reason, bytes: Buffer.from(bytes) });
  }
}

/** An event in its CloudEvents form. */
export const jsonOf = (event: StreamEvent): string => JSON.stringify(cloudEventOf(event));
