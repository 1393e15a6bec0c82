import type { Aggregate, Basis } from './aggregate.ts';
import { formatDuration } from './duration.ts';
import { formula } from './markdown.ts';

const POPULATION: Readonly<Record<Basis, string>> = { sample: '', population: ' of the population' };

/** An aggregate in words, as Markdown. */
export function describeAggregate(aggregate: Aggregate): string {
  switch (aggregate.kind) {
    case 'count':
      return aggregate.of === undefined
        ? 'number of events'
        : `number of events with ${formula(aggregate.of)}`;
    case 'ratio':
      return `${describeAggregate(aggregate.numerator)} / ${describeAggregate(aggregate.denominator)}`;
    case 'share':
      return `${formula(aggregate.of)} as a share of the window's total over all keys`;
    case 'variance':
      return `variance${POPULATION[aggregate.basis]} of ${formula(aggregate.of)}`;
    case 'stddev':
      return `standard deviation${POPULATION[aggregate.basis]} of ${formula(aggregate.of)}`;
    case 'covariance':
      return `covariance${POPULATION[aggregate.basis]} of ${formula(aggregate.of)} and ${formula(aggregate.with)}`;
    case 'correlation':
      return `correlation of ${formula(aggregate.of)} and ${formula(aggregate.with)}`;
    case 'distinct':
      return `number of different ${formula(aggregate.of)}, within ${percent(1.04 / Math.sqrt(2 ** aggregate.precision))} (standard error)`;
    case 'quantile':
      return `quantile ${aggregate.q} of ${formula(aggregate.of)}, within ${percent(aggregate.accuracy)}`;
    case 'quantiles':
      return `quantiles ${aggregate.qs.join(', ')} of ${formula(aggregate.of)}, within ${percent(aggregate.accuracy)}`;
    case 'top-k':
      return (
        `the ${aggregate.k} ${formula(aggregate.label)} ` +
        (aggregate.by === undefined
          ? 'that occur most often'
          : `of the greatest sum of ${formula(aggregate.by)}`) +
        `, exact up to ${new Intl.NumberFormat('en').format(aggregate.capacity)} of them`
      );
    case 'trend':
      return `line through ${formula(aggregate.of)} over time: slope per ${formatDuration(aggregate.per).replace(/^1 /, '')}, intercept at the window's start`;
    case 'histogram':
      return `number of ${formula(aggregate.of)} between the boundaries ${aggregate.boundaries.join(', ')}`;
    case 'user':
      return `${aggregate.description} (\`${aggregate.name}\` of ${aggregate.fields.map(formula).join(', ')})`;
    default:
      return `${aggregate.kind} of ${formula(aggregate.of)}`;
  }
}

const percent = (part: number): string => `${Number((part * 100).toPrecision(2))}%`;
