import { createHash } from 'node:crypto';
import type { LakeRetention } from './lake-retention.ts';

/** The kinds of deployment, from the one on a developer's machine to the one that matters. */
export const ENVIRONMENT_NAMES = ['local', 'dev', 'stage', 'prod'] as const;

export type EnvironmentName = (typeof ENVIRONMENT_NAMES)[number];

/** How a stream gets its shards. On demand grows by itself; provisioned costs less while little flows. */
export type StreamCapacity =
  | { readonly mode: 'on-demand' }
  | { readonly mode: 'provisioned'; readonly shards: number };

/** Everything in which deployments differ. What is not here is the same everywhere. */
export interface Environment {
  readonly name: EnvironmentName;
  readonly capacity: StreamCapacity;
  /** How long streams keep records, in hours (24 to 8,760). */
  readonly retentionHours: number;
  /**
   * Seconds for which Lambda gathers records before it calls a window function: fewer and fuller batches, which cost less,
   * against results that are that much later.
   */
  readonly batchingWindow: number;
  /** The same for landing, where fewer and fuller batches are fewer and larger objects of the lake. */
  readonly landingWindow: number;
  /** What becomes of streams, tables, bucket and logs when their stack is deleted. */
  readonly removal: 'destroy' | 'retain';
  /** Refuses to delete stacks and tables until somebody switches it off. */
  readonly deletionProtection: boolean;
  /** Point-in-time recovery of the tables and versions of the lake's objects. */
  readonly pointInTimeRecovery: boolean;
  /** How long the lake keeps what, where nothing else is chosen. */
  readonly lake: LakeRetention;
  /** Days; one of the values that CloudWatch Logs allows. */
  readonly logRetentionDays: number;
  /** How often a customer's key is rotated, where one is chosen: 90 to 2,560 days. */
  readonly keyRotationDays: number;
  /** `silent` alarms change state and tell nobody; `notify` sends to the alarm topic. */
  readonly alarms: 'off' | 'silent' | 'notify';
  /** Whether heartbeats measure the stages, where nothing else is chosen: they cost something while nothing flows. */
  readonly heartbeat: boolean;
  /** Whether reading results needs a key. */
  readonly queryAuth: 'none' | 'key';
  /** SHA-256 (hex) of write keys that need no entry in the keys table. */
  readonly staticKeyHashes: readonly string[];
}

/** The write key that the local run accepts, as documented for newcomers: not a secret. */
const LOCAL_KEY = 'local';

const KEEP_ALL: LakeRetention = { rawDays: undefined, curatedDays: undefined, rejectedDays: undefined };

const deployed = {
  lake: KEEP_ALL,
  batchingWindow: 1,
  landingWindow: 60,
  removal: 'destroy',
  deletionProtection: false,
  pointInTimeRecovery: false,
  keyRotationDays: 365,
  heartbeat: false,
  queryAuth: 'key',
  staticKeyHashes: [],
} as const;

const environments = {
  local: {
    ...deployed,
    name: 'local',
    capacity: { mode: 'provisioned', shards: 1 },
    retentionHours: 24,
    batchingWindow: 0,
    landingWindow: 2,
    logRetentionDays: 1,
    alarms: 'off',
    queryAuth: 'none',
    staticKeyHashes: [createHash('sha256').update(LOCAL_KEY).digest('hex')],
  },
  dev: {
    ...deployed,
    name: 'dev',
    capacity: { mode: 'provisioned', shards: 1 },
    retentionHours: 24,
    logRetentionDays: 7,
    lake: { rawDays: 30, curatedDays: 90, rejectedDays: 30 },
    alarms: 'silent',
  },
  stage: {
    ...deployed,
    name: 'stage',
    capacity: { mode: 'on-demand' },
    retentionHours: 72,
    logRetentionDays: 30,
    lake: { rawDays: 90, curatedDays: 365, rejectedDays: 90 },
    alarms: 'notify',
    heartbeat: true,
  },
  prod: {
    ...deployed,
    name: 'prod',
    capacity: { mode: 'on-demand' },
    retentionHours: 168,
    logRetentionDays: 90,
    alarms: 'notify',
    heartbeat: true,
    removal: 'retain',
    deletionProtection: true,
    pointInTimeRecovery: true,
    keyRotationDays: 180,
  },
} as const satisfies Record<EnvironmentName, Environment>;

/**
 * Looks an environment up and gives its streams the number of shards asked for.
 *
 * @param shards - for every provisioned stream except the late ones; 1 where nothing is said
 * @throws RangeError when the name is unknown, or shards is no whole number of at least 1 or asked of on-demand streams
 */
export function environmentOf(name: string, shards?: number): Environment {
  const environment: Environment | undefined = Object.values(environments).find(
    (known) => known.name === name,
  );
  if (environment === undefined) {
    throw new RangeError(`"${name}" is not an environment: use one of ${ENVIRONMENT_NAMES.join(', ')}`);
  }
  if (shards === undefined) return environment;
  if (!Number.isInteger(shards) || shards < 1) {
    throw new RangeError(`shards is ${shards}: use a whole number of at least 1`);
  }
  if (environment.capacity.mode === 'on-demand') {
    throw new RangeError(
      `the streams of "${name}" are on demand and find their own shards: leave shards out`,
    );
  }
  return { ...environment, capacity: { mode: 'provisioned', shards } };
}
