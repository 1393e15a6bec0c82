import type { CloudEvent, DeclaredType } from './declared.ts';
import { CLOUDEVENTS_PATH, eventLine, hasId, newId, pathOf } from './event-line.ts';
import type { Prepared } from './outcome.ts';

/** What may be said of an event beside its data. */
export interface SendOptions {
  /** For data that brings no id; made up where it is left out. */
  readonly id?: string | undefined;
  /** Anything to know the event by: it comes back with the ticket. */
  readonly context?: unknown;
}

/** Makes lines of events: each gets its id here, once, whatever happens to the requests that carry it. */
export class Preparer<Type extends DeclaredType> {
  readonly #types: ReadonlyMap<string, Type>;
  readonly #withTime: boolean;

  /** @param withTime - whether anybody wants to know the events' times */
  constructor(types: readonly Type[], withTime: boolean) {
    this.#types = new Map(types.map((type) => [type.name, type]));
    this.#withTime = withTime;
  }

  /** @throws RangeError for a type that is not declared, TypeError for data that is not a JSON object */
  data(name: string, data: object, { id, context }: SendOptions): Prepared {
    const type = this.#types.get(name);
    if (type === undefined) {
      throw new RangeError(`"${name}" is none of the client's types: ${[...this.#types.keys()].join(', ')}`);
    }
    const fields = data as Readonly<Record<string, unknown>>;
    const ownId = type.id !== undefined && hasId(type, fields) ? String(fields[type.id]) : (id ?? newId());
    const time = type.time === undefined ? undefined : fields[type.time];
    const key = type.key === undefined ? undefined : fields[type.key];
    return {
      path: pathOf(type),
      type: name,
      id: ownId,
      line: eventLine(type, ownId, fields),
      key: key === undefined ? undefined : String(key),
      time: this.#withTime ? milliseconds(time) : undefined,
      context,
    };
  }

  /** @throws TypeError for an event that is not JSON */
  event(event: CloudEvent, context: unknown): Prepared {
    const { id = newId(), time = new Date().toISOString(), type, partitionkey } = event;
    const field = this.#types.get(type)?.key;
    const { [field ?? '']: found } = Object(event.data) as Record<string, unknown>;
    const key = partitionkey ?? found;
    return {
      path: CLOUDEVENTS_PATH,
      type,
      id,
      line: JSON.stringify({ specversion: '1.0', ...event, id, time }),
      key: key === undefined ? undefined : String(key),
      time: this.#withTime ? milliseconds(time) : undefined,
      context,
    };
  }
}

function milliseconds(time: unknown): number | undefined {
  const ms = typeof time === 'string' ? Date.parse(time) : time;
  return typeof ms === 'number' && Number.isFinite(ms) ? ms : undefined;
}
