import { schemaFingerprint } from '../events/fingerprint.ts';
import { compileValidator, type Validator } from '../events/validator.ts';
import { type EventType, type Pipeline, spanOf } from '../pipeline/index.ts';
import { type Protector, protectorOf } from '../privacy/protect.ts';

/** An event type as ingestion uses it: how its events are checked and where they go. */
export interface IngestType {
  readonly type: EventType;
  readonly validate: Validator;
  /** Undefined where its data has no personal fields. */
  readonly protector: Protector | undefined;
  /** Says on a record that its events passed {@link validate}. */
  readonly fingerprint: string;
  /** `source` of events that are posted as bare data. */
  readonly source: string;
  readonly stream: string;
  readonly lanes: number;
  /** How much event time, in milliseconds, may be put at the same time. */
  readonly span: number;
}

/** The types that ingestion takes, by name. */
export type IngestTypes = ReadonlyMap<string, IngestType>;

/**
 * Prepares the types of all pipelines.
 *
 * @param streams - name of a pipeline -> name of its events stream
 * @throws RangeError when a pipeline has no stream
 */
export function ingestTypes(
  pipelines: readonly Pipeline[],
  streams: Readonly<Record<string, string>>,
): IngestTypes {
  return new Map(
    pipelines.flatMap(({ name, types, lanes }) => {
      const stream = streams[name];
      if (stream === undefined) throw new RangeError(`pipeline "${name}" has no events stream`);
      return types.map((type): [string, IngestType] => [
        type.name,
        {
          type,
          validate: compileValidator(type),
          protector: protectorOf(type),
          fingerprint: schemaFingerprint(type),
          source: `/v1/events/${type.name}`,
          stream,
          lanes,
          span: spanOf(type, pipelines),
        },
      ]);
    }),
  );
}

/** The names of all types, for people. */
export const typeNames = (types: IngestTypes): string => [...types.keys()].join(', ');
