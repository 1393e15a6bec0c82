import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MetricUse } from './metric-uses.ts';

/** A line in the embedded metric format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
interface EmfLine {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [member: string]: unknown;
}

/** What one invocation has said of a metric. */
interface RecordedMetric extends Omit<MetricUse, 'where'> {
  readonly unit: string;
  /** The values of it, added up. */
  readonly sum: number;
}

/** The metrics that the functions of a local run have emitted, as CloudWatch would take them from their logs. */
export function recordedMetrics(dataDir: string): RecordedMetric[] {
  const lines = readFileSync(join(dataDir, 'logs', 'metrics.log'), 'utf8')
    .trim()
    .split('\n');
  return lines.flatMap((text) => {
    const line = JSON.parse(text) as EmfLine;
    return line._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
      Dimensions.flatMap((names) =>
        Metrics.map(({ Name, Unit }) => {
          const values = [line[Name]].flat();
          if (!values.every((value) => typeof value === 'number'))
            throw new Error(`${Name} has no value: ${text}`);
          const sum = values.reduce((all, value) => all + value, 0);
          const dimensions = Object.fromEntries(names.map((name) => [name, String(line[name])]));
          return { namespace: Namespace, name: Name, unit: Unit, sum, dimensions };
        }),
      ),
    );
  });
}
