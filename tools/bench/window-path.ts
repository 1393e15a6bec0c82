import type { KinesisStreamEvent } from 'aws-lambda';
import type { WindowStage } from '../../shared/pipeline/index.ts';
import { compileStage } from '../../shared/state/compiled-stage.ts';
import { stageContext } from '../../shared/state/stage-context.ts';
import { ShardWriter } from '../../shared/state/writer.ts';
import { shardOf, sourceRecord } from '../../shared/streams/source-record.ts';
import { FakeTable } from './fake-table.ts';

const DAY_MS = 86_400_000;

/** A window function without its network: from the invocation's payload to the encoded commit and the head. */
export class WindowPath {
  readonly table: FakeTable;
  readonly #writer: ShardWriter;
  /** What should not happen here: a bench that sets events aside measures something else. */
  #rejected = 0;

  constructor(stage: WindowStage) {
    this.table = new FakeTable(stage.name);
    const context = stageContext({
      client: this.table.client,
      table: 'state',
      pipeline: 'bench',
      compiled: compileStage(stage),
      retention: DAY_MS,
      // A clock that stands still: a writer reads its state again after some minutes, and this table has forgotten it.
      now: () => 0,
    });
    this.#writer = new ShardWriter(context, 'shardId-000000000000', {
      setAside: async (_, rejected) => {
        this.#rejected += rejected.length;
      },
      emitLate: async (events) => {
        this.#rejected += events.length;
      },
      hints: { fire: async () => {}, sweep: async () => {} },
      listShards: async () => [],
    });
  }

  /** @throws Error when an event was not counted */
  async run(payload: Buffer): Promise<void> {
    const { Records } = JSON.parse(payload.toString()) as KinesisStreamEvent;
    const [first] = Records;
    if (first === undefined || shardOf(first) === '') throw new Error('the payload is empty');
    await this.#writer.process(Records.map(sourceRecord));
    if (this.#rejected > 0) throw new Error(`${this.#rejected} events were not counted`);
  }
}
