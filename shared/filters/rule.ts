import { asWritten } from '../events/as-written.ts';
import type { StreamEvent } from '../events/types.ts';
import { compileValidator, type Rejection } from '../events/validator.ts';
import type { EventAttributes, FilterStage } from '../pipeline/index.ts';
import { faultMessage } from '../runtime/faults.ts';
import { compileCondition, compileProjection, type Data } from './compile.ts';

/** What is wrong with an event, for where it is set aside. */
export interface Problem {
  readonly code: 'invalid' | 'future' | 'where' | 'map' | 'invalid-output';
  readonly reason: string;
}

/** What becomes of an event: it passes, in the form in which it leaves; it does not; or it cannot be told. */
export type Judgement =
  | { readonly kind: 'passed'; readonly event: StreamEvent }
  | { readonly kind: 'filtered' }
  | { readonly kind: 'rejected'; readonly problem: Problem };

const FILTERED: Judgement = { kind: 'filtered' };

/** What describes an event's old data, and nothing of new data. */
const ABOUT_DATA: readonly string[] = ['data_base64', 'datacontenttype', 'dataschema'];

type Where = (data: Data, event: EventAttributes) => unknown;
type Map = (data: Data, event: EventAttributes) => Data;

/** Decides which events of its input a filter stage lets pass, and as what. */
export class FilterRule {
  readonly #stage: FilterStage;
  readonly #where: Where | undefined;
  readonly #map: Map | undefined;

  constructor(stage: FilterStage) {
    const { where, map } = stage;
    this.#stage = stage;
    this.#where = typeof where === 'object' ? compileCondition(where) : where;
    this.#map =
      typeof map === 'object' ? compileProjection(map) : map && ((data, event) => asData(map(data, event)));
  }

  /** Never throws: what the declaration's own functions throw becomes a problem that names the stage. */
  judge(event: StreamEvent, arrival: number, trusted: boolean): Judgement {
    const { name, input } = this.#stage;
    const invalid = trusted ? undefined : compileValidator(input)(event.data);
    if (invalid !== undefined) return rejected('invalid', reasonsOf(invalid));
    if (event.time - arrival > input.maxAhead) {
      const time = new Date(event.time).toISOString();
      return rejected('future', `time ${time} is more than ${input.maxAhead} ms ahead of its arrival`);
    }
    const data = event.data as Data;
    if (this.#where !== undefined) {
      let passes: unknown;
      try {
        passes = this.#where(data, event);
      } catch (error) {
        return rejected('where', `"where" of stage "${name}" failed: ${faultMessage(error)}`);
      }
      if (typeof passes !== 'boolean') {
        return rejected(
          'where',
          `"where" of stage "${name}" answered neither true nor false, but ${kindOf(passes)}`,
        );
      }
      if (!passes) return FILTERED;
    }
    return this.#map === undefined ? { kind: 'passed', event } : this.#mapped(this.#map, event, data);
  }

  #mapped(map: Map, event: StreamEvent, data: Data): Judgement {
    const { name, output } = this.#stage;
    let made: Data;
    try {
      made = map(data, event);
    } catch (error) {
      return rejected('map', `"map" of stage "${name}" failed: ${faultMessage(error)}`);
    }
    const problems = compileValidator(output)(made);
    if (problems !== undefined) {
      return rejected(
        'invalid-output',
        `"map" of stage "${name}" made no "${output.name}": ${reasonsOf(problems)}`,
      );
    }
    const { source, id, time, key } = event;
    const extra = Object.entries(event.extra ?? {}).filter(([attribute]) => !ABOUT_DATA.includes(attribute));
    const passed = { type: output.name, source, id, time, key, data: made };
    return {
      kind: 'passed',
      event: extra.length === 0 ? passed : { ...passed, extra: Object.fromEntries(extra) },
    };
  }
}

const rejected = (code: Problem['code'], reason: string): Judgement => ({
  kind: 'rejected',
  problem: { code, reason },
});

const reasonsOf = (problems: readonly Rejection[]): string => problems.map(({ reason }) => reason).join('; ');

function asData(made: unknown): Data {
  const data = made instanceof Promise ? undefined : asWritten(made);
  if (data === undefined) throw new TypeError(`it returned ${kindOf(made)}`);
  return data as Data;
}

function kindOf(value: unknown): string {
  if (value instanceof Promise) {
    // Nobody waits for it: that it fails must not end the process.
    value.catch(() => {});
    return 'a promise: it must not be asynchronous';
  }
  return value === null || value === undefined ? String(value) : `a value of type ${typeof value}`;
}
