import type { Access } from '../access.ts';
import type { Environment } from '../environment.ts';
import type { LakeRetention } from '../lake-retention.ts';
import type { Prices } from '../prices.ts';
import type { FunctionBundles } from './function-bundles.ts';

/** What every stack needs to know of the deployment that it is part of. */
export interface Deployment {
  readonly access: Access;
  readonly environment: Environment;
  readonly lakeRetention: LakeRetention;
  /** The first part of every stack's name: tells apart deployments of one environment in one account. */
  readonly prefix: string;
  readonly bundles: FunctionBundles;
  /** The customer's key that everything at rest is encrypted with; AWS's own keys where there is none. */
  readonly keyArn?: string | undefined;
  /** Whether the bundles carry source maps, for functions to use them in stack traces. */
  readonly sourceMaps: boolean;
  /** Whether the functions trace what they do, with X-Ray. */
  readonly tracing: boolean;
  /** Where alarms say that the runbooks are: a folder of the repository, or an address. */
  readonly runbooks: string;
  /** Whether heartbeats are sent through the stages, to measure them. */
  readonly heartbeat: boolean;
  /** What AWS charges, for the dashboards. */
  readonly prices: Prices;
  /** Whether there are dashboards. */
  readonly dashboards: boolean;
}
