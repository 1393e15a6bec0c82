/** The kinds of alarms: each has a page in `docs/runbooks/` that says what it means, how to look and what to do. */
export const RUNBOOKS = [
  'alerts-not-delivered',
  'compaction-failed',
  'compaction-missed',
  'consumer-behind',
  'consumer-in-danger',
  'events-not-stored',
  'events-rejected',
  'failures-not-kept',
  'function-errors',
  'function-slow',
  'function-throttled',
  'heartbeat-missing',
  'heartbeat-slow',
  'hints-dropped',
  'ingestion-rejects',
  'records-dropped',
  'records-given-up',
  'schedule-not-invoked',
  'server-errors',
  'stream-full',
  'sweep-missed',
  'watermark-held',
] as const;

export type Runbook = (typeof RUNBOOKS)[number];
