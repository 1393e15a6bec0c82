import type { Pipeline } from '../../../shared/pipeline/index.ts';
import { spanOf } from '../../../shared/pipeline/index.ts';
import type { MemoryStream } from '../../support/memory-stream.ts';
import type { ChaosFilter } from './chains.ts';
import { Feeds } from './feed.ts';
import { Observer } from './observer.ts';
import type { SentRecord } from './producers.ts';
import { Sink } from './sink.ts';
import type { ChaosStage } from './stages.ts';

/** A stage in its place: the stream that it reads, who feeds it, and what left it. */
export class Node {
  readonly name: string;
  readonly filter: ChaosFilter | undefined;
  readonly stage: ChaosStage | undefined;
  readonly stream: MemoryStream;
  /** What was put into its stream. */
  readonly records: SentRecord[];
  readonly feeds: Feeds;
  readonly observer = new Observer();
  readonly sink = new Sink();

  constructor(
    of: { readonly filter: ChaosFilter } | { readonly stage: ChaosStage },
    stream: MemoryStream,
    records: SentRecord[],
  ) {
    this.filter = 'filter' in of ? of.filter : undefined;
    this.stage = 'stage' in of ? of.stage : undefined;
    this.name = this.filter?.stage.name ?? this.stage?.name ?? '';
    this.stream = stream;
    this.records = records;
    this.feeds = new Feeds(stream);
  }
}

/** How much event time may lie within the final results of a stage that are emitted together. */
export function resultSpanOf(stage: ChaosStage, nodes: readonly Node[]): number {
  const stages = nodes.flatMap((node) => (node.stage ? [node.stage.compiled.stage] : []));
  return spanOf(stage.compiled.stage, [{ stages } as unknown as Pipeline]);
}
