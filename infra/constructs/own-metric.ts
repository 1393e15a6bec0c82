import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import {
  dimensionsOf,
  type MetricName,
  NAMESPACE,
  type Service,
} from '../../shared/runtime/telemetry/catalogue.ts';

/**
 * A metric that functions of this project emit, with the dimensions that they emit it with.
 *
 * @param deployment - name of the deployment
 * @param of - name of the pipeline or the stage, as the service's scope has it
 */
export function ownMetric<S extends Service>(
  deployment: string,
  service: S,
  name: MetricName<S>,
  of?: string,
  options: MetricOptions = {},
): Metric {
  return new Metric({
    namespace: NAMESPACE,
    metricName: name,
    dimensionsMap: { ...dimensionsOf(deployment, service, of) },
    statistic: 'Sum',
    period: Duration.minutes(1),
    ...options,
  });
}

/** Below so many in a period a share says little: one bad event of two is no half of anything. */
const ENOUGH = 20;

/** A part of all, in percent, over five minutes; 0 where there is hardly anything to be a part of. */
export function shareOf(part: Metric, others: readonly Metric[]): MathExpression {
  const rest = Object.fromEntries(others.map((metric, index) => [`other${index}`, metric]));
  const all = ['part', ...Object.keys(rest)].join(' + ');
  return new MathExpression({
    expression: `IF(${all} >= ${ENOUGH}, 100 * part / (${all}), 0)`,
    usingMetrics: { part, ...rest },
    period: Duration.minutes(5),
    label: 'percent',
  });
}
