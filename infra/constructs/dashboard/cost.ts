import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, type Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { StreamCapacity } from '../../environment.ts';
import type { Prices } from '../../prices.ts';
import type { StreamReference } from '../../references.ts';
import type { BundledFunction } from '../bundled-function.ts';
import { streamMetric } from './widgets.ts';

const MILLION = 1_000_000;
const GB = 2 ** 30;
const HOUR_S = 3_600;
/** What a graph of costs has a point for. */
const PERIOD = Duration.hours(1);

/** Metrics of which each counts with a price, in dollars per unit. */
interface Priced {
  readonly metric: Metric;
  readonly price: number;
}

/** Metric math takes no exponents: 7e-11 is a name to it. */
const decimal = (number: number): string => {
  const text = String(number);
  return text.includes('e') ? number.toFixed(18).replace(/\.?0+$/, '') : text;
};

/** A sum of metrics times prices. */
function priced(label: string, terms: readonly Priced[], plus = ''): MathExpression {
  const names = terms.map((_, index) => `${label.toLowerCase()}${index}`);
  const sum = terms.map(({ price }, index) => `FILL(${names[index]}, 0) * ${decimal(price)}`).join(' + ');
  return new MathExpression({
    expression: `${sum}${plus}`,
    usingMetrics: Object.fromEntries(terms.map(({ metric }, index) => [names[index], metric])),
    period: PERIOD,
    label,
  });
}

/** What the invocations of functions cost: their duration times their memory, and the requests. */
export function lambdaCost(functions: readonly BundledFunction[], prices: Prices): MathExpression {
  return priced(
    'Lambda',
    functions.flatMap(({ function: target, memory }) => [
      {
        metric: target.metricDuration({ statistic: 'Sum', period: PERIOD }),
        price: ((memory / 1024) * prices.lambdaGbSecond) / 1_000,
      },
      {
        metric: target.metricInvocations({ period: PERIOD }),
        price: prices.lambdaMillionRequests / MILLION,
      },
    ]),
  );
}

/** What requests to DynamoDB cost, by the units that functions counted. */
export function dynamodbCost(
  { writes, reads }: { readonly writes: readonly Metric[]; readonly reads: readonly Metric[] },
  prices: Prices,
): MathExpression {
  const at = (metrics: readonly Metric[], price: number) =>
    metrics.map((metric) => ({ metric: metric.with({ period: PERIOD }), price: price / MILLION }));
  return priced('DynamoDB', [
    ...at(writes, prices.dynamodbMillionWriteUnits),
    ...at(reads, prices.dynamodbMillionReadUnits),
  ]);
}

/** A stream, and how many shards it has where they are provisioned. */
export interface PricedStream {
  readonly stream: StreamReference;
  readonly shards: number;
}

/** What streams cost: by the hour, and for what goes in (and, on demand, out). */
export function kinesisCost(
  streams: readonly PricedStream[],
  { mode }: StreamCapacity,
  prices: Prices,
): MathExpression {
  const metric = (stream: StreamReference, name: string) =>
    streamMetric(stream, name).with({ period: PERIOD });
  const onDemand = mode === 'on-demand';
  const terms = streams.flatMap(({ stream }) =>
    onDemand
      ? [
          { metric: metric(stream, 'IncomingBytes'), price: prices.kinesisOnDemandGbIn / GB },
          { metric: metric(stream, 'GetRecords.Bytes'), price: prices.kinesisOnDemandGbOut / GB },
        ]
      : [{ metric: metric(stream, 'IncomingRecords'), price: prices.kinesisMillionPuts / MILLION }],
  );
  const hourly = onDemand
    ? streams.length * prices.kinesisOnDemandStreamHour
    : streams.reduce((sum, { shards }) => sum + shards, 0) * prices.kinesisShardHour;
  return priced('Kinesis', terms, ` + PERIOD(kinesis0) / ${HOUR_S} * ${decimal(hourly)}`);
}

/** All of it together. */
export function totalCost(parts: Readonly<Record<string, IMetric>>): MathExpression {
  return new MathExpression({
    expression: Object.keys(parts).join(' + '),
    usingMetrics: parts,
    period: PERIOD,
    label: 'all',
  });
}
