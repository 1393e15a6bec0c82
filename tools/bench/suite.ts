import { type FiringOptions, type FiringResult, firing } from './cases/firing.ts';
import { type IngestBenchOptions, type IngestBenchResult, ingestBench } from './cases/ingest.ts';
import { type MemoryOptions, type MemoryResult, memory } from './cases/memory.ts';
import { type PackingOptions, type PackingResult, packing } from './cases/packing.ts';
import { type ThroughputOptions, type ThroughputResult, throughput } from './cases/throughput.ts';

/** A measurement that runs in a process of its own, so that none sees code or garbage of another. */
export type Case =
  | ({ readonly kind: 'throughput' } & ThroughputOptions)
  | ({ readonly kind: 'firing' } & FiringOptions)
  | ({ readonly kind: 'memory' } & MemoryOptions)
  | ({ readonly kind: 'ingest' } & IngestBenchOptions)
  | ({ readonly kind: 'packing' } & PackingOptions);

export type CaseResult = ThroughputResult | FiringResult | MemoryResult | IngestBenchResult | PackingResult;

function run(options: Case): Promise<CaseResult> {
  switch (options.kind) {
    case 'throughput':
      return throughput(options);
    case 'firing':
      return firing(options);
    case 'memory':
      return memory(options);
    case 'ingest':
      return ingestBench(options);
    case 'packing':
      return packing(options);
  }
}

const result = await run(JSON.parse(process.argv[2] ?? '') as Case);
process.send?.(result);
