import {
  above,
  allKeys,
  allOf,
  calendar,
  correlation,
  count,
  covariance,
  cumulative,
  distinct,
  filterStage,
  first,
  histogram,
  hopping,
  isPresent,
  last,
  max,
  not,
  oneOf,
  over,
  quantile,
  quantiles,
  session,
  stddev,
  sum,
  times,
  topK,
  trend,
  tumbling,
  variance,
  type WindowSpec,
  type WindowStage,
  windowStage,
} from '../../shared/pipeline/index.ts';
import { everyAggregate, type SampleValues, sample, sampleStage } from './window-stages.ts';

const statistics: SampleValues = {
  variance: variance('real'),
  stddev: stddev('hole', { basis: 'population' }),
  covariance: covariance('real', 'whole'),
  correlation: correlation('hole', times('real', 'other')),
  trend: trend('real', { per: '1 minute' }),
  first: first('whole'),
  last: last('label'),
  distinct: distinct('label'),
  quantile: quantile('real', 0.37),
  quantiles: quantiles('hole', [0.5, 0.99]),
  top: topK('label', 3),
  top_weighted: topK('label', 2, { by: 'real' }),
  histogram: histogram('real', [-1, 0, 2.5]),
};

const windows: readonly WindowSpec[] = [
  tumbling('1 minute'),
  hopping('5 minutes', '2 minutes'),
  cumulative('1 hour', '10 minutes'),
  calendar('day', 'Europe/Berlin'),
  session('5 minutes'),
];

const positive = filterStage('positive', {
  description: 'Conditions',
  from: sample,
  where: allOf(above('whole', 0), not(oneOf('label', 'x', "y'")), isPresent('mixed')),
});

const halved = filterStage('halved', {
  description: 'A mapping',
  from: positive,
  to: sample,
  map: { key: 'key', at: 'at', whole: over('whole', 2), label: 'label' } as never,
});

/** Window stages of every kind that an audit has SQL for: windows, aggregates, inputs. */
export function auditedStages(): readonly WindowStage[] {
  const { share_whole, share_real, ...shareless } = everyAggregate;
  const ofKinds = windows.map((window) =>
    sampleStage(
      { ...(window.kind === 'session' ? shareless : everyAggregate), ...statistics } as never,
      window,
    ),
  );
  const [minutes] = ofKinds;
  if (minutes === undefined) throw new RangeError('there are no windows');
  const small = sampleStage({ events: count(), total: sum('whole') }, tumbling('1 minute'));
  const overResults = windowStage('above', {
    description: 'Over results',
    from: small as WindowStage<{ key: string; start: number; end: number; events: number; total: number }>,
    key: 'key',
    window: tumbling('2 minutes'),
    outOfOrderness: '1 minute',
    allowedLateness: '1 minute',
    values: { minutes: count(), events: sum('events'), from: max('start') },
  });
  return [
    ...ofKinds,
    { ...small, key: allKeys() },
    { ...small, from: halved, input: halved.output },
    overResults,
  ];
}
