/** Where CloudWatch finds the metrics of Millrace. */
export const NAMESPACE = 'Millrace';

/** The units of CloudWatch that are used. */
export type Unit = 'Count' | 'Milliseconds' | 'Bytes';

/** What a metric says. */
export interface MetricDefinition {
  readonly unit: Unit;
  /** For people who read a dashboard. */
  readonly meaning: string;
}

/**
 * What tells apart the metrics of one service: besides the deployment and the service, nothing (`service`), or the name of the
 * pipeline or of the stage. Stages have names that are unique in the application.
 */
export type Scope = 'service' | 'pipeline' | 'stage';

/** What one kind of function measures. */
export interface ServiceDefinition {
  readonly scope: Scope;
  readonly metrics: Readonly<Record<string, MetricDefinition>>;
}

const count = (meaning: string): MetricDefinition => ({ unit: 'Count', meaning });
const ms = (meaning: string): MetricDefinition => ({ unit: 'Milliseconds', meaning });
const bytes = (meaning: string): MetricDefinition => ({ unit: 'Bytes', meaning });

const UNITS = {
  WriteUnits: count('write units that its requests took of DynamoDB'),
  ReadUnits: count('read units that its requests took of DynamoDB'),
};

const HEARTBEAT = {
  HeartbeatAge: ms(
    'from when a heartbeat was sent to when the function was done with it, where there are heartbeats',
  ),
};

/**
 * Every metric that functions emit, by the folder of the function: the one list from which they are emitted, dashboards and
 * alarms are made, and the page for operators is written. Names are part of the interface: whoever has built an alarm on one
 * expects it to stay.
 */
export const SERVICES = {
  ingest: {
    scope: 'service',
    metrics: {
      Requests: count('requests to send events'),
      RequestsRefused: count('requests answered with 4xx: no key, no valid event, too many, too large'),
      EventsAccepted: count('events that are durably in a stream'),
      EventsRejected: count('events refused for what they are'),
      EventsNotStored: count('events that the sender was asked to send again'),
      RequestDuration: ms('from the request to its answer, within the function'),
    },
  },
  window: {
    scope: 'stage',
    metrics: {
      EventsAccepted: count('events counted into windows'),
      EventsDuplicate: count('events that had been counted before'),
      EventsLate: count('events that came after their windows had closed'),
      EventsPartlyLate: count('events counted in some of their windows only, since others had closed'),
      EventsRejected: count('events set aside'),
      Commits: count('commits written to the log'),
      ...HEARTBEAT,
      ...UNITS,
    },
  },
  filter: {
    scope: 'stage',
    metrics: {
      EventsPassed: count('events let pass'),
      EventsFiltered: count('events kept back'),
      EventsRejected: count('events set aside'),
      ...HEARTBEAT,
      ...UNITS,
    },
  },
  fire: {
    scope: 'stage',
    metrics: {
      WindowsFired: count('firings of windows, revisions included'),
      WindowsRevised: count('those of them that late events were the reason for'),
      WindowsClosed: count('those of them that were final'),
      ResultsEmitted: count('results put to the results stream'),
      ResultDelay: ms('from the end of a window to its first results on time being in the stream'),
      FiringDuration: ms('how long one call that fired something took'),
      ...HEARTBEAT,
      ...UNITS,
    },
  },
  sweep: {
    scope: 'stage',
    metrics: {
      WatermarkLag: ms('how far the watermark is behind the clock, while events arrive'),
      WatermarkHeld: ms('for how long a shard with unread records has held the watermark'),
      ...UNITS,
    },
  },
  alert: {
    scope: 'stage',
    metrics: { AlertsSent: count('notifications published'), ...HEARTBEAT, ...UNITS },
  },
  land: {
    scope: 'pipeline',
    metrics: {
      ObjectsLanded: count('objects added to the lake'),
      EventsLanded: count('rows in them: events, late events and results'),
      EventsRejected: count('records set aside because nothing could be read from them'),
      ...HEARTBEAT,
      ...UNITS,
    },
  },
  materialize: {
    scope: 'pipeline',
    metrics: {
      RecordsStored: count('records of the results stream whose results are in the table'),
      RecordsFailed: count('records that will be delivered again'),
      ...HEARTBEAT,
      ...UNITS,
    },
  },
  compact: {
    scope: 'service',
    metrics: {
      PartsCompacted: count('hours, or parts of very busy ones, made into typed files'),
      PartsFailed: count('those that could not be'),
      EventsCompacted: count('events in these files'),
      RawBytes: bytes('size of the raw objects that they were made from'),
      ...UNITS,
    },
  },
} as const satisfies Readonly<Record<string, ServiceDefinition>>;

export type Service = keyof typeof SERVICES;
/** Those whose functions meet heartbeats. */
export type MeasuredService = Exclude<Service, 'compact' | 'ingest' | 'sweep'>;
export type MetricName<S extends Service> = keyof (typeof SERVICES)[S]['metrics'] & string;

/** What a metric is told apart by: names of dimensions as CloudWatch has them. */
export interface Dimensions {
  /** The deployment: prefix and environment, such as `millrace-prod`. */
  readonly environment: string;
  readonly service: Service;
  readonly pipeline?: string;
  readonly stage?: string;
}

/**
 * The dimensions of a service's metrics.
 *
 * @param of - name of the pipeline or the stage, as the service's scope has it
 */
export function dimensionsOf(environment: string, service: Service, of?: string): Dimensions {
  const { scope } = SERVICES[service];
  if (scope === 'service') return { environment, service };
  if (of === undefined) throw new RangeError(`the metrics of ${service} are those of one ${scope}`);
  return { environment, service, [scope]: of };
}
