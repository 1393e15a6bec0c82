/** A Kinesis stream to create. */
export interface StreamSpec {
  readonly name: string;
  readonly shards: number;
  readonly retentionHours: number;
}

/** A DynamoDB table to create: the parts of `CreateTable` that an emulator understands. */
export interface TableSpec {
  readonly name: string;
  readonly keySchema: readonly KeyElement[];
  readonly attributes: readonly { readonly AttributeName: string; readonly AttributeType: 'S' | 'N' | 'B' }[];
  readonly indexes: readonly {
    readonly IndexName: string;
    readonly KeySchema: readonly KeyElement[];
    readonly Projection: { readonly ProjectionType?: string; readonly NonKeyAttributes?: readonly string[] };
  }[];
}

export interface KeyElement {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

/** A Lambda function to run. */
export interface FunctionSpec {
  readonly name: string;
  /** A name for people, such as `network-traffic-fire`: of its process, its log and what is said about it. */
  readonly label: string;
  /** Directory of its unpacked code; `undefined` when the code is inline, which only CDK's own helpers use. */
  readonly directory: string | undefined;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly reservedConcurrency: number | undefined;
}

/** Where a stream's consumer begins when it has no checkpoint. */
export type StartingPosition =
  | { readonly kind: 'TRIM_HORIZON' | 'LATEST' }
  | { readonly kind: 'AT_TIMESTAMP'; readonly timestampMs: number };

/** A Lambda event source mapping from a Kinesis stream. Numbers mean what they mean in AWS; -1 is "no limit". */
export interface MappingSpec {
  /** Stable over restarts: names its checkpoints. */
  readonly id: string;
  readonly functionName: string;
  readonly streamName: string;
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly batchingWindowMs: number;
  readonly maximumRetryAttempts: number;
  readonly maximumRecordAgeSeconds: number;
  readonly bisectOnError: boolean;
  readonly reportsItemFailures: boolean;
  readonly startingPosition: StartingPosition;
  /** Event patterns, of which a record must match one; empty: everything passes. */
  readonly filters: readonly Readonly<Record<string, unknown>>[];
  readonly onFailureBucket: string | undefined;
}

/** How asynchronous invocations of a function are retried. */
export interface AsyncSpec {
  readonly functionName: string;
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeSeconds: number;
  readonly onFailureBucket: string | undefined;
}

/** A rule that invokes functions on a schedule. */
export interface ScheduleSpec {
  readonly name: string;
  readonly arn: string;
  /** `rate(...)` or `cron(...)`. */
  readonly expression: string;
  readonly targets: readonly { readonly functionName: string; readonly input: string | undefined }[];
}

/** A secret of Secrets Manager whose first value is generated. */
export interface SecretSpec {
  readonly name: string;
  /** What the value holds besides what is generated. */
  readonly template: Readonly<Record<string, unknown>>;
  /** Where in it the generated text goes; undefined where it is all there is. */
  readonly generatedKey: string | undefined;
  readonly length: number;
}

/** Tokens that a route takes. */
export interface JwtSpec {
  readonly kind: 'jwt';
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly scopes: readonly string[];
}

/** What the gateway checks before it lets a request through to a route. */
export type AuthorizerSpec = JwtSpec | { readonly kind: 'iam' };

/** What browsers on other sites may do. */
export interface CorsSpec {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  /** Seconds. */
  readonly maxAge: number | undefined;
}

/** A route of the HTTP API. */
export interface RouteSpec {
  /** `GET /v1/windows/{stage}`, `ANY /{proxy+}` or `$default`. */
  readonly key: string;
  readonly functionName: string;
  readonly timeoutMs: number;
  readonly authorizer?: AuthorizerSpec | undefined;
}

/** Everything of a cloud assembly that a local run runs. */
export interface Model {
  readonly streams: readonly StreamSpec[];
  readonly tables: readonly TableSpec[];
  readonly buckets: readonly string[];
  /** ARNs of SNS topics. */
  readonly topics: readonly string[];
  readonly functions: readonly FunctionSpec[];
  readonly mappings: readonly MappingSpec[];
  readonly asyncConfigs: readonly AsyncSpec[];
  readonly schedules: readonly ScheduleSpec[];
  readonly routes: readonly RouteSpec[];
  readonly cors: CorsSpec | undefined;
  readonly secrets: readonly SecretSpec[];
  /** What the stacks tell about themselves, by the outputs' names. */
  readonly outputs: Readonly<Record<string, string>>;
  /** What the template declares and the local run does without, one sentence each. */
  readonly leftOut: readonly string[];
}
