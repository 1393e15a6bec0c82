import { cloudEventOf } from '../events/cloudevents.ts';
import { HEARTBEAT_TYPE, laterHeartbeat } from '../events/heartbeat.ts';
import type { EventVisitor } from '../events/types.ts';
import { unstorable } from './item.ts';
import { keyPartition, windowSort } from './keys.ts';
import { parseResult, ResultFormatError, type WindowResult } from './result.ts';

/** The highest revision of one key and window in a batch, and the records that its outcome decides. */
export interface Collected {
  readonly result: WindowResult;
  readonly sequences: ReadonlySet<string>;
}

/** An item of a record that is not a result of this pipeline's, and why. */
export interface Refused {
  readonly sequence: string;
  readonly sub: number;
  readonly reason: string;
  readonly code: string;
  readonly bytes: Uint8Array;
}

interface Entry {
  result: WindowResult;
  readonly sequences: Set<string>;
}

/**
 * Gathers the results of a batch of records. Of several revisions of one key and window only the highest is kept:
 * the others would be overwritten at once, and in any order of arrival the table ends up with the same item.
 */
export class ResultCollector {
  readonly refused: Refused[] = [];
  /** When the last heartbeat among them was sent, epoch milliseconds. */
  heartbeat: number | undefined;
  readonly #entries = new Map<string, Entry>();

  /** A visitor for the items of the record with this sequence number. */
  visitor(sequence: string): EventVisitor {
    return {
      event: (sub, type, source, id, time, key, data, _trusted, extra) => {
        if (type === HEARTBEAT_TYPE) {
          this.heartbeat = laterHeartbeat(this.heartbeat, time);
          return;
        }
        const refuse = (reason: string) => {
          const event = { type, source, id, time, key, data, ...(extra && { extra }) };
          const bytes = Buffer.from(JSON.stringify(cloudEventOf(event)));
          this.refused.push({ sequence, sub, reason, code: 'not-a-result', bytes });
        };
        try {
          const result = parseResult(data);
          const problem = unstorable(result);
          if (problem === undefined) this.#add(sequence, result);
          else refuse(problem);
        } catch (error) {
          if (!(error instanceof ResultFormatError)) throw error;
          refuse(error.message);
        }
      },
      undecodable: (sub, reason, bytes) => {
        this.refused.push({ sequence, sub, reason, code: 'undecodable', bytes });
      },
    };
  }

  /** What is to be stored, in the order in which keys and windows first appeared. */
  collected(): Iterable<Collected> {
    return this.#entries.values();
  }

  #add(sequence: string, result: WindowResult): void {
    const id = `${windowSort(result)}#${keyPartition(result.stage, result.key)}`;
    const entry = this.#entries.get(id);
    if (entry === undefined) {
      this.#entries.set(id, { result, sequences: new Set([sequence]) });
      return;
    }
    if (result.revision > entry.result.revision) entry.result = result;
    entry.sequences.add(sequence);
  }
}
