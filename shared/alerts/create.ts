import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { KinesisStreamRecord } from 'aws-lambda';
import { knownTypes } from '../events/known-types.ts';
import { type AlertStage, alertStages, longestDelay, type Pipeline } from '../pipeline/index.ts';
import { StageTable } from '../state/stage-table.ts';
import { type SetAsideItem, setAside } from '../streams/set-aside.ts';
import { shardOf, sourceRecord } from '../streams/source-record.ts';
import { AlertLedger } from './ledger.ts';
import { Notifier } from './notifier.ts';
import { publishOrSetAside, sendAlerts } from './process.ts';
import { publishAlert } from './publish.ts';
import { AlertRule } from './rule.ts';

/** What an alert function is made of. */
export interface AlertsOptions {
  readonly pipeline: Pipeline;
  /** Name of the alert stage. */
  readonly stage: string;
  readonly dynamodb: DynamoDBClient;
  readonly stateTable: string;
  /** How long the streams keep records, in milliseconds. */
  readonly retention: number;
  readonly sns: SNSClient;
  /** ARN. */
  readonly topic: string;
  readonly s3: S3Client;
  /** Where records that cannot be processed are set aside. */
  readonly bucket: string;
  /** A name that no other process has. */
  readonly owner: string;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Told when the last heartbeat of a batch was sent, once the batch is done with. */
  readonly onHeartbeat?: (sentAt: number) => void;
}

/** Sends the alerts of the records of one shard; see {@link sendAlerts}. */
export type Alerts = (records: readonly KinesisStreamRecord[]) => Promise<number>;

/** A day: how much longer alerts are remembered than the longest delay of a repetition. */
const MARGIN_MS = 86_400_000;

/** @throws RangeError when the pipeline has no alert stage of this name */
export function createAlerts(options: AlertsOptions): Alerts {
  const { pipeline, dynamodb, stateTable, sns, topic, s3, bucket, owner, now, sleep, onHeartbeat } = options;
  const stage = alertStages(pipeline).find(({ name }) => name === options.stage);
  if (stage === undefined) throw new RangeError(`the pipeline has no alert stage "${options.stage}"`);
  const { name, quiet, from } = stage;
  const remembered = options.retention + quiet + delayOf(stage) + MARGIN_MS;
  const items = new StageTable(dynamodb, stateTable, name);
  const ledger = new AlertLedger(items, () => Math.ceil((now() + remembered) / 1000));
  const rule = new AlertRule(stage);
  const types = knownTypes(from.kind === 'window' ? [] : [stage.input]);
  const publish = (alert: Parameters<typeof publishAlert>[2]) =>
    publishAlert(sns, { pipeline: pipeline.name, topic }, alert);
  let place = { bucket, stage: name, stream: '', shard: '' };
  const aside = (rejected: readonly SetAsideItem[]) => setAside(s3, place, rejected);
  const notifier = new Notifier({
    ledger,
    quiet,
    owner,
    now,
    sleep,
    publish: publishOrSetAside(publish, aside),
  });
  return async (records) => {
    const [first] = records;
    if (first === undefined) return 0;
    const stream = first.eventSourceARN.slice(first.eventSourceARN.lastIndexOf('/') + 1);
    place = { ...place, stream, shard: shardOf(first) };
    const context = { rule, from, types, notifier, setAside: aside, onHeartbeat };
    return sendAlerts(context, records.map(sourceRecord));
  };
}

/** How long after an event a result that it changes may be emitted, beyond what the stream's retention covers. */
const delayOf = ({ from }: AlertStage): number => (from.kind === 'window' ? longestDelay(from) : 0);
