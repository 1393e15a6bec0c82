import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { schemaFingerprint } from '../events/fingerprint.ts';
import { runsOf } from '../ingest/runs.ts';
import type { FilterStage } from '../pipeline/index.ts';
import type { Reached } from '../state/marks.ts';
import { packEvents } from '../streams/pack.ts';
import { putOrdered } from '../streams/put.ts';
import { type KeyedEvent, PACKED, PutIncomplete, putAll } from '../streams/put-all.ts';
import { MAX_EVENT_BYTES } from '../streams/record-limit.ts';
import type { SetAsideItem } from '../streams/set-aside.ts';
import { jsonOf, type Passed } from './batch.ts';

/** What became of events that were put. */
export interface FilterPut {
  /** Those that no record can hold, to be set aside. */
  readonly oversize: readonly SetAsideItem[];
  /** The others are in the output stream, each at or before these records. */
  readonly reached: Reached;
}

/** Where what passes a filter stage goes. */
export interface FilterOutput {
  /**
   * Puts events, in order per key.
   *
   * @throws PutIncomplete when some are not known to be stored
   */
  put(passed: readonly Passed[]): Promise<FilterPut>;
}

/** The output stream of a stage. */
export interface OutputStream {
  readonly client: KinesisClient;
  readonly stream: string;
  readonly lanes: number;
  /** Event time, in milliseconds, that may lie within what is put at the same time: see {@link spanOf}. */
  readonly span: number;
}

/** The output of a stage on its stream, in the records that its declaration asks for. */
export function filterOutput({ records, output }: FilterStage, target: OutputStream): FilterOutput {
  const put = records === 'packed' ? putPacked : putSingly;
  const schema = schemaFingerprint(output);
  return {
    async put(passed) {
      const oversize: number[] = [];
      const reached = new Map<string, string>();
      // One run after the other: keys are put side by side, and event time in the stream must not get out of order by more.
      for (const run of runsOf(
        passed.map(({ event }) => event),
        target.span,
      )) {
        const done = await put(target, passed, run, schema);
        oversize.push(...done.oversize);
        for (const [shard, sequence] of done.reached) reached.set(shard, sequence);
      }
      return { oversize: oversize.map((index) => tooLarge(passed[index] as Passed)), reached };
    },
  };
}

type Put = (
  target: OutputStream,
  passed: readonly Passed[],
  run: readonly number[],
  schema: string,
) => Promise<{ readonly oversize: readonly number[]; readonly reached: Reached }>;

const putSingly: Put = async ({ client, stream, lanes }, passed, run) => {
  const events: KeyedEvent[] = [];
  const oversize: number[] = [];
  for (const index of run) {
    const { event } = passed[index] as Passed;
    const json = jsonOf(event);
    if (Buffer.byteLength(json) > MAX_EVENT_BYTES) oversize.push(index);
    else events.push({ key: event.key, event: json });
  }
  const { reached } = await putAll(client, stream, lanes, events);
  return { oversize, reached };
};

const putPacked: Put = async ({ client, stream, lanes }, passed, run, schema) => {
  const events = run.map((index) => (passed[index] as Passed).event);
  // What came was checked against the schema, and so was what was made of it.
  const packed = packEvents(events, { lanes, schemaOf: () => schema });
  const { failed, fatal, reached } = await putOrdered(client, stream, packed.records, PACKED);
  if (failed.length > 0) {
    const reason = failed[0]?.message ?? 'unknown';
    throw new PutIncomplete(`${failed.length} records are not stored in ${stream}: ${reason}`, {
      cause: fatal,
    });
  }
  return { oversize: packed.oversize.map((at) => run[at] as number), reached };
};

const tooLarge = ({ event, ...place }: Passed): SetAsideItem => ({
  ...place,
  code: 'too-large',
  reason: 'it passed, but is too large for a record of the output stream',
  bytes: Buffer.from(jsonOf(event)),
});
