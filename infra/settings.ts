import type { Pipeline } from '../shared/pipeline/index.ts';
import { ACCESS_CHOICES, type Access, type AccessChoices, accessOf } from './access.ts';
import { type Environment, environmentOf } from './environment.ts';
import {
  LAKE_RETENTION_CHOICES,
  type LakeRetention,
  type LakeRetentionChoices,
  lakeRetentionOf,
} from './lake-retention.ts';
import { omissionsOf } from './omit.ts';
import { type Prices, pricesOf } from './prices.ts';

/** What a deployment may choose, as values or as the CLI's context: see docs/deployment.md. */
export interface Choices extends AccessChoices, LakeRetentionChoices {
  readonly environment?: string | undefined;
  /** Shards of every provisioned stream. */
  readonly shards?: number | undefined;
  readonly prefix?: string | undefined;
  readonly sourceMaps?: boolean | undefined;
  /** Whose key encrypts what is stored: `aws`, `customer` (one is made), or the ARN of one. */
  readonly encryption?: string | undefined;
  /** Whether there are tables of the lake in Glue and a workgroup in Athena, which emulators do without. */
  readonly analytics?: boolean | undefined;
  /** Types of resources to leave out, separated by commas, for emulators that do not know them. */
  readonly omit?: string | undefined;
  /** Whether functions are traced by X-Ray. */
  readonly tracing?: boolean | undefined;
  /** Address of the folder with the runbooks, for the descriptions of alarms. */
  readonly runbooks?: string | undefined;
  /** Whether there is a dashboard per pipeline. */
  readonly dashboards?: boolean | undefined;
  /** Whether heartbeats are sent through the stages, to measure them. */
  readonly heartbeat?: boolean | undefined;
  /** Prices that differ from the list, as JSON: see `infra/prices.ts`. */
  readonly prices?: string | undefined;
}

/** Whose key encrypts what is stored. */
export type Encryption =
  | { readonly kind: 'aws' }
  | { readonly kind: 'customer' }
  | { readonly kind: 'given'; readonly keyArn: string };

export interface Settings {
  readonly access: Access;
  readonly environment: Environment;
  readonly prefix: string;
  readonly sourceMaps: boolean;
  readonly encryption: Encryption;
  readonly analytics: boolean;
  readonly lakeRetention: LakeRetention;
  readonly omit: readonly string[];
  readonly tracing: boolean;
  readonly runbooks: string;
  readonly dashboards: boolean;
  readonly heartbeat: boolean;
  readonly prices: Prices;
}

const PREFIX = /^[a-z][a-z0-9-]{0,19}$/;

/**
 * Fills in what was not chosen and checks what was.
 *
 * @throws RangeError naming what is wrong and what to use instead
 */
export function settingsOf(choices: Choices, pipelines: readonly Pipeline[]): Settings {
  const {
    environment: name = 'dev',
    prefix = 'millrace',
    shards,
    sourceMaps = false,
    tracing = false,
  } = choices;
  if (!PREFIX.test(prefix)) {
    throw new RangeError(`prefix is "${prefix}": use 1 to 20 lower-case letters, digits and hyphens`);
  }
  const environment = environmentOf(name, shards);
  const narrowest = [...pipelines].sort((one, other) => one.lanes - other.lanes)[0];
  if (shards !== undefined && narrowest !== undefined && shards > narrowest.lanes) {
    throw new RangeError(
      `shards is ${shards}, but pipeline "${narrowest.name}" has ${narrowest.lanes} lanes, and a lane is never split: use fewer shards or more lanes`,
    );
  }
  // A local run has DuckDB in their place.
  const { analytics = environment.name !== 'local' } = choices;
  const { dashboards = environment.alarms !== 'off', runbooks = 'docs/runbooks' } = choices;
  const { heartbeat = environment.heartbeat } = choices;
  return {
    access: accessOf(choices),
    environment,
    prefix,
    sourceMaps,
    encryption: encryptionOf(choices.encryption),
    analytics,
    lakeRetention: lakeRetentionOf(choices, environment),
    omit: omissionsOf(choices.omit),
    tracing,
    runbooks: runbooks.replace(/\/+$/, ''),
    dashboards,
    heartbeat,
    prices: pricesOf(choices.prices),
  };
}

const KEY_ARN = /^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/;

function encryptionOf(choice = 'aws'): Encryption {
  if (choice === 'aws' || choice === 'customer') return { kind: choice };
  if (KEY_ARN.test(choice)) return { kind: 'given', keyArn: choice };
  throw new RangeError(`encryption is "${choice}": use "aws", "customer", or the ARN of a KMS key`);
}

/** Reads the choices from the CLI's context, where everything is text: `-c env=prod -c shards=4`. */
export function choicesFromContext(read: (key: string) => unknown): Choices {
  const text = (key: string): string | undefined => {
    const value: unknown = read(key);
    return value === undefined || value === null ? undefined : String(value);
  };
  const flag = (key: string): boolean | undefined => {
    const value = text(key);
    return value === undefined ? undefined : value === 'true';
  };
  const shards = text('shards');
  return {
    environment: text('env'),
    shards: shards === undefined ? undefined : Number(shards),
    prefix: text('prefix'),
    sourceMaps: text('sourceMaps') === 'true',
    tracing: text('tracing') === 'true',
    runbooks: text('runbooks'),
    dashboards: flag('dashboards'),
    heartbeat: flag('heartbeat'),
    prices: text('prices'),
    encryption: text('encryption'),
    analytics: flag('analytics'),
    omit: text('omit'),
    ...Object.fromEntries([...ACCESS_CHOICES, ...LAKE_RETENTION_CHOICES].map((name) => [name, text(name)])),
    iam: text('iam') === 'true',
  };
}
