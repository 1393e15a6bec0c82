import { expect, test } from 'vitest';
import type { EventVisitor } from '../../../shared/events/types.ts';
import { finalResults } from '../../../shared/results/final-results.ts';
import { decodeRecord } from '../../../shared/streams/decode.ts';
import { heartbeat } from '../../factories/heartbeats.ts';
import { totals } from '../../support/stage.ts';

/** What a reader of `totals` is handed of a record. */
function read(json: string): [sub: number, type: string, time: number][] {
  const found: [number, string, number][] = [];
  const target: EventVisitor = {
    event: (sub, type, _source, _id, time) => void found.push([sub, type, time]),
    undecodable: (_sub, reason) => expect.fail(reason),
  };
  decodeRecord(Buffer.from(json), finalResults(totals, target));
  return found;
}

test('of the heartbeats among results only those of the stage that is read are handed on: its own would go round', () => {
  const all = [heartbeat(5, { stage: 'totals' }), heartbeat(6, { stage: 'reader' }), heartbeat(7)];
  expect(read(`[${all.join()}]`)).toEqual([
    [0, 'millrace.heartbeat', 5],
    [1, '', 6],
    [2, '', 7],
  ]);
});
