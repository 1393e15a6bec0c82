import { type FiringOptions, type FiringResult, firing } from './cases/firing.ts';
import { type MemoryOptions, type MemoryResult, memory } from './cases/memory.ts';
import { type ThroughputOptions, type ThroughputResult, throughput } from './cases/throughput.ts';

/** A measurement that runs in a process of its own, so that none sees code or garbage of another. */
export type Case =
  | ({ readonly kind: 'throughput' } & ThroughputOptions)
  | ({ readonly kind: 'firing' } & FiringOptions)
  | ({ readonly kind: 'memory' } & MemoryOptions);

export type CaseResult = ThroughputResult | FiringResult | MemoryResult;

function run(options: Case): Promise<CaseResult> {
  switch (options.kind) {
    case 'throughput':
      return throughput(options);
    case 'firing':
      return firing(options);
    case 'memory':
      return memory(options);
  }
}

const result = await run(JSON.parse(process.argv[2] ?? '') as Case);
process.send?.(result);
