/**
 * The environment variables that infra gives to functions and that functions read: one list for both sides.
 */
export const ENV = {
  /** Name of the pipeline (per-pipeline functions) and of the stage (per-stage functions). */
  pipeline: 'MILLRACE_PIPELINE',
  stage: 'MILLRACE_STAGE',
  /** Kinesis stream names. */
  eventsStream: 'EVENTS_STREAM',
  resultsStream: 'RESULTS_STREAM',
  lateStream: 'LATE_STREAM',
  /** Of a stage's function: what it reads, and, of a filter stage, what it writes. */
  inputStream: 'INPUT_STREAM',
  outputStream: 'OUTPUT_STREAM',
  /** JSON object: name of every window stage of the pipeline -> name of the stream that it reads. */
  stageStreams: 'STAGE_STREAMS',
  /** JSON object for ingestion: pipeline name -> name of its events stream. */
  eventsStreams: 'EVENTS_STREAMS',
  stateTable: 'STATE_TABLE',
  resultsTable: 'RESULTS_TABLE',
  keysTable: 'KEYS_TABLE',
  /** What ingestion remembers of senders: offsets of clocks, and what keys have used. */
  sendersTable: 'SENDERS_TABLE',
  /** ARN of the secret with the keys of pseudonyms; only where an event type has personal fields. */
  pseudonymSecret: 'PSEUDONYM_SECRET',
  /** Comma-separated DNS names of the systems whose web hooks are agreed to; all where it is not set. */
  webHookOrigins: 'WEB_HOOK_ORIGINS',
  lakeBucket: 'LAKE_BUCKET',
  /** ARN of the topic that alerts are published to. */
  alertTopic: 'ALERT_TOPIC',
  /** Function names for asynchronous hints. */
  fireFunction: 'FIRE_FUNCTION',
  sweepFunction: 'SWEEP_FUNCTION',
  /** Comma-separated SHA-256 (hex) of write keys that need no table look-up; only the local environment sets it. */
  staticKeyHashes: 'STATIC_KEY_HASHES',
  /** `none` or `key`: whether reading results needs a key. */
  queryAuth: 'QUERY_AUTH',
  /** Retention of the streams in hours: how long state must be kept to answer a late redelivery. */
  retentionHours: 'RETENTION_HOURS',
  /** The function's folder under `functions/`, as Powertools reads it for logs and traces. */
  service: 'POWERTOOLS_SERVICE_NAME',
  /** The deployment, as a dimension of metrics: prefix and environment. */
  deployment: 'MILLRACE_DEPLOYMENT',
} as const;

export type EnvName = (typeof ENV)[keyof typeof ENV];

/** @throws Error when the variable is not set: the template and the function disagree */
export function requireEnv(name: EnvName, env: NodeJS.ProcessEnv = process.env): string {
  const value = env[name];
  if (value === undefined || value === '') throw new Error(`environment variable ${name} is not set`);
  return value;
}
