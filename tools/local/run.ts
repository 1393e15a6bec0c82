/** Where the services of a local run listen. */
export interface LocalEndpoints {
  readonly kinesis: string;
  readonly dynamodb: string;
  readonly s3: string;
  readonly lambda: string;
  readonly sns: string;
  readonly secretsManager: string;
}

/** What one needs to know to work with a local run from outside; plain data. */
export interface RunInfo {
  /** The HTTP API. */
  readonly url: string;
  readonly endpoints: LocalEndpoints;
  readonly region: string;
  /** What the stacks tell about themselves, by the outputs' names: docs/deployment.md lists them. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Physical names of what the template declares. */
  readonly streams: readonly string[];
  readonly tables: readonly string[];
  readonly buckets: readonly string[];
  /** ARNs of the topics for alerts. */
  readonly topics: readonly string[];
  readonly functions: readonly {
    readonly name: string;
    /** A shorter one for people, such as `network-traffic-fire`: of its processes and its log. */
    readonly label: string;
  }[];
  /** Everything the run keeps: databases, objects, logs, checkpoints. */
  readonly dataDir: string;
}

/** A local run that is up. */
export interface LocalRun extends RunInfo {
  /** What the template declares and the run does without, one sentence each. */
  readonly leftOut: readonly string[];
  /** Ids of the processes that a function has now, by its name. */
  pids(functionName: string): number[];
  /** Calls back with each sentence that a person should see: a failing function, an emulator started again. */
  onNotice(listener: (text: string) => void): void;
  /** Drains and stops everything; resolves when nothing of the run is left. */
  stop(): Promise<void>;
}

/** The plain data of a run. */
export function describeRun(local: LocalRun): RunInfo {
  const { url, endpoints, region, outputs, streams, tables, buckets, topics, functions, dataDir } = local;
  return { url, endpoints, region, outputs, streams, tables, buckets, topics, functions, dataDir };
}
