import { DescribeLimitsCommand, type DescribeLimitsOutput, KinesisClient } from '@aws-sdk/client-kinesis';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { clientOptions, type Place } from '../../../deployed/clients.ts';
import type { Check, Finding } from '../finding.ts';

/** Of a quota: from here on it is worth asking for more. */
const NEARLY = 0.8;
/** Invocations at a time that every function should have room for: readers have one per shard, the others come in bursts. */
const PER_FUNCTION = 5;

/** Whether the account has room for the deployment. */
export const quotaChecks = (place: Place, functions: number): Check[] => [
  {
    about: 'Lambda quota',
    async run() {
      const client = new LambdaClient(clientOptions(place));
      const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}));
      client.destroy();
      return [concurrencyFinding(AccountLimit?.UnreservedConcurrentExecutions, functions)];
    },
  },
  {
    about: 'Kinesis quota',
    async run() {
      const client = new KinesisClient(clientOptions(place));
      const limits = await client.send(new DescribeLimitsCommand({}));
      client.destroy();
      return [shardsFinding(limits)];
    },
  },
];

export function concurrencyFinding(limit: number | undefined, functions: number): Finding {
  const about = 'Lambda quota';
  if (limit === undefined) return { about, level: 'unknown', text: 'the endpoint does not tell' };
  const wanted = functions * PER_FUNCTION;
  const text = `${limit} concurrent executions for ${functions} functions`;
  if (limit >= wanted) return { about, level: 'ok', text };
  const advice = `ask for at least ${wanted} (Service Quotas, AWS Lambda): new accounts have as few as 10`;
  return { about, level: limit < functions ? 'problem' : 'warning', text, advice };
}

export function shardsFinding({
  ShardLimit,
  OpenShardCount,
  OnDemandStreamCount = 0,
  OnDemandStreamCountLimit = 0,
}: Partial<DescribeLimitsOutput>): Finding {
  const about = 'Kinesis quota';
  if (ShardLimit === undefined || OpenShardCount === undefined) {
    return { about, level: 'unknown', text: 'the endpoint does not tell' };
  }
  const text = `${OpenShardCount} of ${ShardLimit} shards, ${OnDemandStreamCount} of ${OnDemandStreamCountLimit} streams on demand`;
  const isNear =
    OpenShardCount >= ShardLimit * NEARLY ||
    (OnDemandStreamCountLimit > 0 && OnDemandStreamCount >= OnDemandStreamCountLimit * NEARLY);
  if (!isNear) return { about, level: 'ok', text };
  return {
    about,
    level: 'warning',
    text,
    advice: 'ask for more (Service Quotas, Amazon Kinesis Data Streams)',
  };
}
