import { Duration } from 'aws-cdk-lib';
import { GraphWidget, type IMetric, type IWidget, Metric, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { StreamReference } from '../../references.ts';

/** The grid of a dashboard is 24 wide. */
const FULL = 24;
const HEIGHT = 6;

/** Options of {@link graph}. */
interface GraphOptions {
  readonly width?: number;
  /** Of the axis. */
  readonly unit?: string;
  readonly right?: readonly IMetric[];
}

/** A graph of lines, one for each metric; none where there are no metrics, which CloudWatch refuses. */
export const graph = (
  title: string,
  metrics: readonly IMetric[],
  { width = FULL / 3, unit, right = [] }: GraphOptions = {},
): IWidget[] =>
  metrics.length === 0
    ? []
    : [
        new GraphWidget({
          title,
          width,
          height: HEIGHT,
          left: [...metrics],
          right: [...right],
          period: Duration.minutes(1),
          leftYAxis: { min: 0, ...(unit !== undefined && { label: unit, showUnits: false }) },
        }),
      ];

/** A heading over a row. */
export const heading = (markdown: string): IWidget => new TextWidget({ markdown, width: FULL, height: 1 });

/** A sum of what Kinesis says of a stream: https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html */
export const streamMetric = ({ streamName }: StreamReference, metricName: string, label?: string): Metric =>
  new Metric({
    namespace: 'AWS/Kinesis',
    metricName,
    dimensionsMap: { StreamName: streamName },
    statistic: 'Sum',
    label,
  });
