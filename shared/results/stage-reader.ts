import { type KnownTypes, knownTypes } from '../events/known-types.ts';
import type { EventVisitor } from '../events/types.ts';
import { type StageInput, typeOfInput } from '../pipeline/index.ts';
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
