/** Asks other functions to look at a stage now rather than at their next turn. Hints may be lost or repeated. */
export interface Hints {
  /** There may be windows to fire. Never rejects. */
  fire(stage: string): Promise<void>;
  /** Time may be held back by a shard that has nothing to read. Never rejects. */
  sweep(stage: string): Promise<void>;
}
