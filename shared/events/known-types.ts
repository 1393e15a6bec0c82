import type { EventType } from '../pipeline/index.ts';
import { schemaFingerprint } from './fingerprint.ts';

/** What decoding needs to know of an event type. */
export interface KnownType {
  /** Field of its data that is the partition key where an event does not say. */
  readonly key: string;
  /** As {@link schemaFingerprint}: a compact batch that carries it was validated by ingestion. */
  readonly fingerprint: string;
}

/** The event types that a consumer was built with, by name. */
export type KnownTypes = ReadonlyMap<string, KnownType>;

export const knownTypes = (types: readonly EventType[]): KnownTypes =>
  new Map(types.map((type) => [type.name, { key: type.key, fingerprint: schemaFingerprint(type) }]));
