/**
 * Type of the events by which Millrace measures itself: their time is when they were sent, and every function that meets one says
 * how long it took to get there. No declared type can have this name, and ingestion takes only declared ones.
 */
export const HEARTBEAT_TYPE = 'millrace.heartbeat';
