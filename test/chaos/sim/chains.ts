import {
  atLeast,
  count,
  type FilterStage,
  filterStage,
  hopping,
  max,
  sum,
  tumbling,
  type WindowStage,
  windowStage,
} from '../../../shared/pipeline/index.ts';
import { compileStage } from '../../../shared/state/compiled-stage.ts';
import type { SentEvent } from './producers.ts';
import { type ChaosStage, chaosStage, hops, MINUTE, minutes, periodic, reading, sessions } from './stages.ts';

/** A filter stage, and what it lets pass in other words. */
export interface ChaosFilter {
  readonly stage: FilterStage;
  passes(event: SentEvent): boolean;
}

/** Stages that read each other: filters in their order, a window stage, and perhaps another one over its final results. */
export interface ChaosChain {
  readonly filters: readonly ChaosFilter[];
  readonly stages: readonly [ChaosStage, ...ChaosStage[]];
}

function chaosFilter(name: string, least: number, from: FilterStage | undefined): ChaosFilter {
  const stage = filterStage(name, {
    description: 'large amounts',
    from: (from as typeof reading | undefined) ?? reading,
    where: atLeast('amount', least),
  }) as unknown as FilterStage;
  return { stage, passes: ({ amount }) => amount >= least };
}

const most = chaosFilter('most', 20, undefined);
const many = chaosFilter('many', 50, most.stage);
/** Of whole shards nothing passes for long. */
const few = chaosFilter('few', 90, undefined);

/** Totals of totals. A result that is final may not be late, whatever happened before it: its stage closes windows in order. */
function over(
  before: ChaosStage,
  size: '1 minute' | '3 minutes',
  outOfOrderness: '1 second' | '30 seconds',
  allowedLateness: '0 milliseconds' | '2 minutes',
): ChaosStage {
  const span = size === '1 minute' ? MINUTE : 3 * MINUTE;
  const stage = windowStage(`over-${before.name}`, {
    description: 'totals of totals',
    from: before.compiled.stage as WindowStage<{ key: string; total: number }>,
    key: 'key',
    window: tumbling(size),
    outOfOrderness,
    allowedLateness,
    values: { total: sum('total'), events: count(), highest: max('total') },
  });
  return {
    ...before,
    name: stage.name,
    compiled: compileStage(stage),
    windowsOf: periodic(span, span),
    lateness: stage.allowedLateness,
    span,
    once: false,
    session: undefined,
  };
}

const filtered = (filter: ChaosFilter) => ({ from: filter.stage });
const first = chaosStage('first', { ...minutes, allowedLateness: '1 minute' });
const firstOnce = chaosStage('first-once', {
  window: hopping('2 minutes', '1 minute'),
  windowsOf: periodic(MINUTE, 2 * MINUTE),
  span: 2 * MINUTE,
  allowedLateness: '0 milliseconds',
});
const firstFiltered = chaosStage('first-filtered', {
  ...minutes,
  ...filtered(most),
  allowedLateness: '20 seconds',
});

export const CHAINS: readonly ChaosChain[] = [
  {
    filters: [most],
    stages: [chaosStage('f-tumbling', { ...minutes, ...filtered(most), allowedLateness: '1 minute' })],
  },
  {
    filters: [most],
    stages: [chaosStage('f-strict', { ...minutes, ...filtered(most), allowedLateness: '0 milliseconds' })],
  },
  {
    filters: [most],
    stages: [chaosStage('f-hopping', { ...hops, ...filtered(most), allowedLateness: '0 milliseconds' })],
  },
  {
    filters: [most],
    stages: [chaosStage('f-sessions', { ...sessions, ...filtered(most), allowedLateness: '0 milliseconds' })],
  },
  {
    filters: [few],
    stages: [chaosStage('f-few', { ...minutes, ...filtered(few), allowedLateness: '0 milliseconds' })],
  },
  {
    filters: [most, many],
    stages: [chaosStage('f-twice', { ...minutes, ...filtered(many), allowedLateness: '0 milliseconds' })],
  },
  { filters: [], stages: [first, over(first, '1 minute', '1 second', '0 milliseconds')] },
  { filters: [], stages: [firstOnce, over(firstOnce, '3 minutes', '30 seconds', '2 minutes')] },
  {
    filters: [most],
    stages: [firstFiltered, over(firstFiltered, '3 minutes', '1 second', '0 milliseconds')],
  },
];
