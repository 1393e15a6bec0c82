import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { pipelines } from '../../../../shared/pipelines/index.ts';
import { readStages, type StageView } from '../../../../shared/results/stages.ts';
import { clientOptions } from '../../../deployed/clients.ts';
import { type Deployed, outputOf } from '../../../deployed/deployed.ts';
import type { Check, Finding } from '../finding.ts';

/** The alarm on iterator age has the same limit. */
const BEHIND_MS = 60_000;
/** The sweeper looks every minute whether a shard that says nothing has anything to say. */
const SILENT_MS = 5 * 60_000;

/** Whether the stages get on: what their heads in the state table say. */
export const progressCheck = (deployed: Deployed): Check => ({
  about: 'stages',
  async run() {
    const client = new DynamoDBClient(clientOptions(deployed.place, 'dynamodb'));
    try {
      const stages = await readStages(client, outputOf(deployed, 'StateTable'), pipelines);
      return stageFindings(stages, Date.now());
    } finally {
      client.destroy();
    }
  },
});

/** One finding for each stage that does not get on, or one for all. */
export function stageFindings(stages: readonly StageView[], now: number): Finding[] {
  const found = stages.flatMap((stage) => findingOf(stage, now));
  if (found.length > 0) return found;
  const busy = stages.filter(({ shards }) => shards.length > 0);
  const text =
    busy.length === 0
      ? 'none has seen an event yet'
      : `${busy.length} of ${stages.length} have seen events, none is behind`;
  return [{ about: 'stages', level: 'ok', text }];
}

function findingOf({ name, kind, shards, lagMs, watermark }: StageView, now: number): Finding[] {
  const about = `stage ${name}`;
  const silent = shards.filter(({ idle, updatedAt }) => !idle && now - Date.parse(updatedAt) > SILENT_MS);
  const [first] = silent;
  // A filter has no sweeper: nothing says of its shards that they are idle.
  if (first !== undefined && kind === 'window') {
    const minutes = Math.round((now - Date.parse(first.updatedAt)) / 60_000);
    return [
      {
        about,
        level: 'problem',
        text: `${first.shard} has not moved for ${minutes} minutes and is not known to be idle; time stands at ${watermark ?? 'nothing'}`,
        advice: `look at the logs of the functions ${name} and sweep of its pipeline: one of them fails or is not called`,
      },
    ];
  }
  if (lagMs <= BEHIND_MS) return [];
  return [
    {
      about,
      level: 'warning',
      text: `${Math.round(lagMs / 1_000)} s behind its stream`,
      advice:
        'if this grows, the stream needs more shards, or the function fails now and then (see its errors)',
    },
  ];
}
