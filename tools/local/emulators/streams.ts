import { setTimeout as sleep } from 'node:timers/promises';
import { type AwsJsonClient, AwsJsonError } from '../aws-json.ts';
import type { StreamSpec } from '../template/model.ts';

interface Summary {
  readonly StreamDescriptionSummary: {
    readonly StreamStatus: string;
    readonly OpenShardCount: number;
    readonly RetentionPeriodHours: number;
  };
}

/**
 * Creates the streams that do not exist yet.
 *
 * @returns what a person should know about the ones that do, one sentence each
 */
export async function createStreams(kinesis: AwsJsonClient, specs: readonly StreamSpec[]): Promise<string[]> {
  const notes: string[] = [];
  for (const { name, shards, retentionHours } of specs) {
    const { OpenShardCount, RetentionPeriodHours } =
      (await describe(kinesis, name)) ?? (await create(kinesis, name, shards));
    if (OpenShardCount !== shards) {
      notes.push(
        `stream ${name} keeps its ${OpenShardCount} shards; the template says ${shards} (--fresh starts anew)`,
      );
    }
    if (RetentionPeriodHours < retentionHours) {
      const input = { StreamName: name, RetentionPeriodHours: retentionHours };
      await kinesis.call('IncreaseStreamRetentionPeriod', input);
    }
  }
  return notes;
}

async function create(
  kinesis: AwsJsonClient,
  name: string,
  shards: number,
): Promise<Summary['StreamDescriptionSummary']> {
  await kinesis.call('CreateStream', { StreamName: name, ShardCount: shards });
  for (;;) {
    const summary = await describe(kinesis, name);
    if (summary?.StreamStatus === 'ACTIVE') return summary;
    await sleep(5);
  }
}

async function describe(
  kinesis: AwsJsonClient,
  name: string,
): Promise<Summary['StreamDescriptionSummary'] | undefined> {
  try {
    const answer = await kinesis.call<Summary>('DescribeStreamSummary', { StreamName: name });
    return answer.StreamDescriptionSummary;
  } catch (error) {
    if (error instanceof AwsJsonError && error.type === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
