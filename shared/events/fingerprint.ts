import { hash } from 'node:crypto';
import { type EventType, jsonSchemaOf } from '../pipeline/index.ts';

const fingerprints = new WeakMap<EventType, string>();

/**
 * A short name for a version of a type's schema, the same wherever the schema is the same. It covers what JSON Schema can
 * say: a changed refinement does not make another version.
 */
export function schemaFingerprint(type: EventType): string {
  let fingerprint = fingerprints.get(type);
  if (fingerprint === undefined) {
    fingerprint = hash('sha256', JSON.stringify(jsonSchemaOf(type)), 'base64url').slice(0, 16);
    fingerprints.set(type, fingerprint);
  }
  return fingerprint;
}
