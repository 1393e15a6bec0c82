import { Duration } from 'aws-cdk-lib';
import { Dashboard, type IWidget, type Metric, SingleValueWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { alertStages, filterStages, type Pipeline, windowStages } from '../../../shared/pipeline/index.ts';
import type { MeasuredService, MetricName, Service } from '../../../shared/runtime/telemetry/catalogue.ts';
import { deploymentName } from '../../names.ts';
import { BundledFunction } from '../bundled-function.ts';
import type { Deployment } from '../deployment.ts';
import { ownMetric } from '../own-metric.ts';
import type { PipelineStreams } from '../pipeline-streams.ts';
import { dynamodbCost, kinesisCost, lambdaCost, type PricedStream, totalCost } from './cost.ts';
import { graph, heading, streamMetric } from './widgets.ts';

export interface PipelineDashboardProps {
  readonly deployment: Deployment;
  readonly pipeline: Pipeline;
  readonly streams: PipelineStreams;
  /** The construct that holds the pipeline's functions. */
  readonly processing: Construct;
}

/** The folders of the functions that streams feed. */
const CONSUMERS: readonly string[] = ['alert', 'filter', 'land', 'materialize', 'window'];
const FEW_MINUTES = { period: Duration.minutes(5) };

/** What an operator looks at first: one page per pipeline, made from its declaration. CloudFormation names it. */
export class PipelineDashboard extends Construct {
  readonly #props: PipelineDashboardProps;
  readonly #functions: readonly BundledFunction[];

  constructor(scope: Construct, id: string, props: PipelineDashboardProps) {
    super(scope, id);
    this.#props = props;
    this.#functions = props.processing.node.findAll().filter((child) => child instanceof BundledFunction);
    new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.hours(3),
      widgets: [
        [heading(`# ${props.pipeline.name}: ${props.pipeline.description}`)],
        this.#throughput(),
        this.#time(),
        this.#leftOut(),
        this.#firing(),
        this.#lateness(),
        this.#heartbeats(),
        this.#functionHealth(),
        this.#ingestion(),
        [heading('## Cost at list prices, in US dollars: Lambda, DynamoDB and Kinesis of this pipeline')],
        this.#cost(),
      ],
    });
  }

  /** A metric of each of some stages, labelled by the stage. */
  #ofStages<S extends Service>(
    service: S,
    name: MetricName<S>,
    stages: readonly { readonly name: string }[],
    statistic = 'Sum',
  ): Metric[] {
    const deployment = deploymentName(this.#props.deployment);
    return stages.map((stage) =>
      ownMetric(deployment, service, name, stage.name, {
        statistic,
        label: statistic === 'Sum' ? stage.name : `${stage.name} ${statistic}`,
      }),
    );
  }

  #throughput(): IWidget[] {
    const { pipeline, streams } = this.#props;
    return [
      ...graph('Events counted a minute', this.#ofStages('window', 'EventsAccepted', windowStages(pipeline))),
      ...graph('Events let pass a minute', [
        ...this.#ofStages('filter', 'EventsPassed', filterStages(pipeline)),
        ...this.#ofPipeline('land', 'EventsLanded', 'landed in the lake'),
      ]),
      ...graph(
        'Into the events stream a minute',
        [streamMetric(streams.events, 'IncomingRecords', 'records')],
        {
          right: [streamMetric(streams.events, 'IncomingBytes', 'bytes')],
        },
      ),
    ];
  }

  #ofPipeline<S extends Service>(service: S, name: MetricName<S>, label: string): Metric[] {
    const { deployment, pipeline } = this.#props;
    return [ownMetric(deploymentName(deployment), service, name, pipeline.name, { label })];
  }

  #time(): IWidget[] {
    const stages = windowStages(this.#props.pipeline);
    const consumers = this.#functions.filter(({ bundle }) => CONSUMERS.includes(bundle));
    return [
      ...graph(
        'Iterator age',
        consumers.map((one) =>
          one.function.metric('IteratorAge', { statistic: 'Maximum', label: this.#label(one) }),
        ),
        { unit: 'ms' },
      ),
      ...graph('Watermark behind the clock', this.#ofStages('sweep', 'WatermarkLag', stages, 'Maximum'), {
        unit: 'ms',
      }),
      ...graph(
        'Watermark held by an unread shard',
        this.#ofStages('sweep', 'WatermarkHeld', stages, 'Maximum'),
        {
          unit: 'ms',
        },
      ),
    ];
  }

  #leftOut(): IWidget[] {
    const { pipeline } = this.#props;
    const stages = windowStages(pipeline);
    return [
      ...graph('Late: not counted, in the late stream', this.#ofStages('window', 'EventsLate', stages)),
      ...graph('Duplicates: counted before', this.#ofStages('window', 'EventsDuplicate', stages)),
      ...graph('Rejected: set aside in the lake', [
        ...this.#ofStages('window', 'EventsRejected', stages),
        ...this.#ofStages('filter', 'EventsRejected', filterStages(pipeline)),
        ...this.#ofPipeline('land', 'EventsRejected', 'unreadable'),
      ]),
    ];
  }

  #firing(): IWidget[] {
    const stages = windowStages(this.#props.pipeline);
    return [
      ...graph(
        'From the end of a window to its first results',
        [
          ...this.#ofStages('fire', 'ResultDelay', stages, 'p50'),
          ...this.#ofStages('fire', 'ResultDelay', stages, 'p99'),
        ],
        { unit: 'ms' },
      ),
      ...graph('Duration of firings', this.#ofStages('fire', 'FiringDuration', stages, 'p99'), {
        unit: 'ms',
      }),
      ...graph('Results a minute', this.#ofStages('fire', 'ResultsEmitted', stages)),
    ];
  }

  /** What late events that still count do. */
  #lateness(): IWidget[] {
    const stages = windowStages(this.#props.pipeline);
    return [
      ...graph('Windows fired again for late events', this.#ofStages('fire', 'WindowsRevised', stages)),
      ...graph('Late for some of their windows', this.#ofStages('window', 'EventsPartlyLate', stages)),
      ...graph('Windows closed', this.#ofStages('fire', 'WindowsClosed', stages)),
    ];
  }

  /** How long a heartbeat takes from the events stream to each function, that is how long an event does. */
  #heartbeats(): IWidget[] {
    const { deployment, pipeline } = this.#props;
    if (!deployment.heartbeat) return [];
    const windows = windowStages(pipeline);
    const byService: Readonly<Record<MeasuredService, readonly { readonly name: string }[]>> = {
      filter: filterStages(pipeline),
      window: windows,
      fire: windows,
      alert: alertStages(pipeline),
      land: this.#has('land') ? [pipeline] : [],
      materialize: this.#has('materialize') ? [pipeline] : [],
    };
    const ages = (Object.keys(byService) as MeasuredService[]).flatMap((service) =>
      this.#ofStages(service, 'HeartbeatAge', byService[service], 'Maximum').map((metric, index) =>
        metric.with({ label: `${byService[service][index]?.name} ${service}` }),
      ),
    );
    return graph('Age of heartbeats, at most, when they have got to', ages, { width: 24, unit: 'ms' });
  }

  #has(bundle: string): boolean {
    return this.#functions.some((one) => one.bundle === bundle);
  }

  #functionHealth(): IWidget[] {
    const of = (name: string, statistic: string): Metric[] =>
      this.#functions.map((one) => one.function.metric(name, { statistic, label: this.#label(one) }));
    return [
      ...graph('Errors of functions', of('Errors', 'Sum')),
      ...graph('Throttled invocations', of('Throttles', 'Sum')),
      ...graph('Duration of functions, at most', of('Duration', 'Maximum'), { unit: 'ms' }),
    ];
  }

  /** Of the whole deployment: requests may hold events of several pipelines. */
  #ingestion(): IWidget[] {
    const deployment = deploymentName(this.#props.deployment);
    const of = (name: MetricName<'ingest'>, statistic = 'Sum'): Metric =>
      ownMetric(deployment, 'ingest', name, undefined, { statistic, label: `${name} ${statistic}` });
    return [
      ...graph('Ingestion, all pipelines: requests a minute', [of('Requests'), of('RequestsRefused')]),
      ...graph('Ingestion: events a minute', [
        of('EventsAccepted'),
        of('EventsRejected'),
        of('EventsNotStored'),
      ]),
      ...graph(
        'Ingestion: duration of requests',
        [of('RequestDuration', 'p50'), of('RequestDuration', 'p99')],
        {
          unit: 'ms',
        },
      ),
    ];
  }

  #cost(): IWidget[] {
    const { deployment, streams } = this.#props;
    const { prices, environment } = deployment;
    const [writes, reads] = [this.#units('WriteUnits'), this.#units('ReadUnits')];
    const parts = {
      lambda: lambdaCost(this.#functions, prices),
      dynamodb: dynamodbCost({ writes, reads }, prices),
      kinesis: kinesisCost(this.#pricedStreams(streams), environment.capacity, prices),
    };
    const total = totalCost(parts);
    return [
      new SingleValueWidget({
        title: 'In the time shown',
        metrics: [total],
        setPeriodToTimeRange: true,
        width: 8,
        height: 6,
      }),
      ...graph('An hour', [total, ...Object.values(parts)], { unit: 'USD' }),
      ...graph(
        'Write units',
        writes.map((metric) => metric.with(FEW_MINUTES)),
      ),
    ];
  }

  /** What every function of the pipeline took of DynamoDB. */
  #units(name: 'WriteUnits' | 'ReadUnits'): Metric[] {
    const { pipeline } = this.#props;
    const windows = windowStages(pipeline);
    return [
      ...(['window', 'fire', 'sweep'] as const).flatMap((service) =>
        this.#ofStages(service, name, windows).map((metric) =>
          metric.with({ label: `${metric.label} ${service}` }),
        ),
      ),
      ...this.#ofStages('filter', name, filterStages(pipeline)),
      ...this.#ofStages('alert', name, alertStages(pipeline)),
      ...(['land', 'materialize'] as const).flatMap((service) =>
        this.#has(service) ? this.#ofPipeline(service, name, service) : [],
      ),
    ];
  }

  #pricedStreams({ events, results, late, filtered }: PipelineStreams): PricedStream[] {
    const { capacity } = this.#props.deployment.environment;
    const shards = capacity.mode === 'provisioned' ? capacity.shards : 0;
    return [
      ...[events, results, ...filtered.values()].map((stream) => ({ stream, shards })),
      { stream: late, shards: 1 },
    ];
  }

  /** A function's name for people: what it does, and of its stage where it has one. */
  #label({ bundle, node }: BundledFunction): string {
    const [, ...path] = node.path.slice(this.#props.processing.node.path.length).split('/');
    return path.length > 1 ? `${path[0]} ${bundle}` : bundle;
  }
}
