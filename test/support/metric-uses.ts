import type { Assembly } from '../../infra/assembly.ts';
import { read, resources } from '../unit/infra/support.ts';

/** A metric that an alarm or a widget of a dashboard looks at. */
export interface MetricUse {
  /** Path of the alarm, or of the dashboard with the title of the widget. */
  readonly where: string;
  readonly namespace: string;
  readonly name: string;
  /** Values that refer to resources are their paths. */
  readonly dimensions: Readonly<Record<string, string>>;
}

interface CfnMetric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
}

/** What all alarms look at, also through metric math. */
export const alarmMetrics = (assembly: Assembly): MetricUse[] =>
  resources(assembly, 'AWS::CloudWatch::Alarm').flatMap(({ stack, path, properties }) => {
    const metrics: CfnMetric[] =
      properties.Metrics === undefined
        ? [properties]
        : properties.Metrics.flatMap(
            (each: { MetricStat?: { Metric: CfnMetric } }) => each.MetricStat?.Metric ?? [],
          );
    return metrics.map(({ Namespace, MetricName, Dimensions = [] }) => ({
      where: path,
      namespace: Namespace,
      name: MetricName,
      dimensions: Object.fromEntries(
        Dimensions.map(({ Name, Value }) => [Name, read(assembly, stack, Value)]),
      ),
    }));
  });

/** A widget as its source has it. */
export interface Widget {
  readonly type: string;
  readonly properties: { readonly title?: string; readonly metrics?: readonly (readonly unknown[])[] };
}

/** The widgets of all dashboards. */
export const widgets = (assembly: Assembly): { readonly where: string; readonly widget: Widget }[] =>
  resources(assembly, 'AWS::CloudWatch::Dashboard').flatMap(({ stack, path, properties }) => {
    const body = JSON.parse(read(assembly, stack, properties.DashboardBody)) as { widgets: Widget[] };
    return body.widgets.map((widget) => ({ where: `${path}: ${widget.properties.title}`, widget }));
  });

/** What all widgets look at. A row is namespace, name, pairs of dimensions and options, or options alone: an expression. */
export const widgetMetrics = (assembly: Assembly): MetricUse[] =>
  widgets(assembly).flatMap(({ where, widget }) =>
    (widget.properties.metrics ?? []).flatMap((row) => {
      const texts = row.filter((part): part is string => typeof part === 'string');
      const [namespace, name, ...pairs] = texts;
      if (namespace === undefined || name === undefined) return [];
      const dimensions: Record<string, string> = {};
      for (let at = 0; at < pairs.length; at += 2) dimensions[pairs[at] ?? ''] = pairs[at + 1] ?? '';
      return [{ where, namespace, name, dimensions }];
    }),
  );

/** Everything by which CloudWatch tells a metric from others but the deployment: `fire/ResultDelay[stage=x]`. */
export const metricKey = ({ namespace, name, dimensions }: Omit<MetricUse, 'where'>): string =>
  `${namespace} ${name} ${Object.entries(dimensions)
    .filter(([dimension]) => dimension !== 'environment')
    .map(([dimension, value]) => `${dimension}=${value}`)
    .sort()
    .join(' ')}`;
