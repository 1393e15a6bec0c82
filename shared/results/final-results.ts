import { HEARTBEAT_TYPE, isHeartbeatOf } from '../events/heartbeat.ts';
import type { EventVisitor } from '../events/types.ts';
import { resultKeyField, type WindowStage } from '../pipeline/index.ts';
import { parseResult, ResultFormatError } from './result.ts';

/** No stage has this type: a result that is handed on with it counts as an item of its record, and is nothing to the stage. */
const NOT_FOR_THIS_STAGE = '';

/**
 * Reads a results stream as another stage's input: of the results of one window stage those that nothing can change any more, each
 * as an event with the data {@link resultFields} names, at the last millisecond of its window. The result's id stays, so that
 * one that is emitted again is told as a repetition. Of heartbeats those are handed on that came through that stage, everything else in
 * the stream as nothing.
 */
export function finalResults(from: WindowStage, target: EventVisitor): EventVisitor {
  const { name } = from.output;
  const keyField = resultKeyField(from);
  return {
    event(sub, type, source, id, time, partition, data) {
      const skip = () => target.event(sub, NOT_FOR_THIS_STAGE, source, id, time, partition, data, true);
      if (type === HEARTBEAT_TYPE && !isHeartbeatOf(from.name, data)) return skip();
      if (type !== name) return target.event(sub, type, source, id, time, partition, data, true);
      if ((data as { readonly retracted?: unknown } | null)?.retracted === true) return skip();
      try {
        const { key, start, end, final, values } = parseResult(data);
        if (!final) return skip();
        const fields = { ...values, [keyField]: key, start, end };
        target.event(sub, type, source, id, end - 1, partition, fields, false);
      } catch (error) {
        if (!(error instanceof ResultFormatError)) throw error;
        const event = { type, source, id, time, key: partition, data };
        const bytes = Buffer.from(JSON.stringify(event));
        target.undecodable(sub, `not a result of "${from.name}": ${error.message}`, bytes);
      }
    },
    undecodable: (sub, reason, bytes) => target.undecodable(sub, reason, bytes),
  };
}
