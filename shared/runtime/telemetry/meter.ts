import { Metrics } from '@aws-lambda-powertools/metrics';
import { ENV } from '../env.ts';
import type { CapacityMeter } from './capacity.ts';
import {
  dimensionsOf,
  type MeasuredService,
  type MetricName,
  NAMESPACE,
  SERVICES,
  type Service,
} from './catalogue.ts';

/** What the end of an invocation asks of a meter. */
export interface Publishing {
  publish(): void;
}

/**
 * What a function measures in one invocation of one stage, pipeline or service. Counts are added up, and all of them are
 * published, zeros too: an alarm on a ratio needs both of its sides. Nothing is published of what was not touched. One JSON
 * line on the standard output carries all of it, of which CloudWatch makes metrics: no request, and no time, is spent on it.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export class Meter<S extends Service> implements Publishing {
  readonly #metrics: Metrics;
  readonly #service: S;
  readonly #counts = new Map<string, number>();
  #touched = false;

  /** @param of - name of the pipeline or the stage, as the service's scope has it */
  constructor(service: S, of?: string, environment = process.env[ENV.deployment] ?? 'none') {
    const { service: serviceName, ...defaultDimensions } = dimensionsOf(environment, service, of);
    this.#service = service;
    this.#metrics = new Metrics({ namespace: NAMESPACE, serviceName, defaultDimensions });
  }

  /** Adds to a count. */
  add(name: MetricName<S>, amount = 1): void {
    this.#touched = true;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + amount);
  }

  /** Records one value of many, such as a duration. */
  record(name: MetricName<S>, value: number): void {
    this.#touched = true;
    this.#metrics.addMetric(name, this.#unitOf(name), value);
  }

  /**
   * Records that the function is done with a heartbeat, if it has met one.
   *
   * @param sentAt - epoch milliseconds, by the clock of another machine
   */
  heartbeat(this: Meter<MeasuredService>, sentAt: number | undefined): void {
    if (sentAt !== undefined) this.record('HeartbeatAge', Math.max(0, Date.now() - sentAt));
  }

  /** Publishes the units that a stage's, a pipeline's or all requests have taken, too; those count as having touched it. */
  with(this: Meter<Exclude<Service, 'ingest'>>, capacity: CapacityMeter, owner?: string): Publishing {
    return {
      publish: () => {
        const { read, write } = capacity.take(owner);
        if (read > 0) this.add('ReadUnits', read);
        if (write > 0) this.add('WriteUnits', write);
        this.publish();
      },
    };
  }

  publish(): void {
    if (!this.#touched) return;
    for (const [name, { unit }] of Object.entries(SERVICES[this.#service].metrics)) {
      if (unit === 'Count') this.#metrics.addMetric(name, unit, this.#counts.get(name) ?? 0);
    }
    this.#metrics.publishStoredMetrics();
    this.#counts.clear();
    this.#touched = false;
  }

  #unitOf(name: MetricName<S>) {
    const metrics: Readonly<Record<string, { readonly unit: 'Count' | 'Milliseconds' | 'Bytes' }>> =
      SERVICES[this.#service].metrics;
    return metrics[name]?.unit ?? 'Count';
  }
}
