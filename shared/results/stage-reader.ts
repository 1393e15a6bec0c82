import { type KnownTypes, knownTypes } from '../events/known-types.ts';
import type { EventVisitor } from '../events/types.ts';
import { type StageInput, typeOfInput } from '../pipeline/index.ts';
import { decodeRecord } from '../streams/decode.ts';
import { finalResults } from './final-results.ts';

/** How the records of a stage's input are read. */
export interface StageReader {
  /** For decoding. */
  readonly types: KnownTypes;
  /** Puts itself before a visitor where the input is not what the visitor takes. */
  reading(visitor: EventVisitor): EventVisitor;
}

/** Events are taken as they come, results as {@link finalResults} makes them. */
export const stageReader = (from: StageInput): StageReader => ({
  types: knownTypes([typeOfInput(from)]),
  reading: (visitor) => (from.kind === 'window' ? finalResults(from, visitor) : visitor),
});

/** Says of a record whether there is anything for a stage in it: something of its input, or what cannot be decoded and may be. */
export type ConcernsStage = (record: Uint8Array) => boolean;

/** @param from - what the stage reads: anything else in its stream does not concern it */
export function concernsReaderOf(from: StageInput): ConcernsStage {
  const { types, reading } = stageReader(from);
  const { name } = typeOfInput(from);
  return (record) => {
    let concerns = false;
    const visitor = reading({
      event: (_sub, type) => {
        concerns ||= type === name;
      },
      undecodable: () => {
        concerns = true;
      },
    });
    decodeRecord(record, visitor, { types });
    return concerns;
  };
}
