import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { KinesisClient, ListStreamsCommand } from '@aws-sdk/client-kinesis';
import { clientOptions } from '../../../deployed/clients.ts';
import { runAsDeployed } from '../../../deployed/deployed.ts';
import type { RunInfo } from '../../../local/run.ts';
import type { Check, Finding } from '../finding.ts';
import { healthFinding } from './api.ts';
import { progressCheck } from './progress.ts';

/** Whether a local run is up and gets on. */
export function localRunChecks(run: RunInfo | undefined, data: string): Check[] {
  if (run === undefined) {
    const text = `none has its data in ${data}`;
    const advice = 'start one ("npm start"), name its folder with --data, or look at a deployment with --env';
    return [{ about: 'local run', run: () => [{ about: 'local run', level: 'problem', text, advice }] }];
  }
  const deployed = runAsDeployed(run);
  return [
    {
      about: 'local run',
      run: async () => [
        await healthFinding(
          'local run',
          run.url,
          'it was killed, or hangs: stop what is left of it, "npm start"',
        ),
      ],
    },
    {
      about: 'streams',
      async run() {
        const client = new KinesisClient({ ...clientOptions(deployed.place, 'kinesis'), maxAttempts: 1 });
        const { StreamNames = [] } = await client.send(new ListStreamsCommand({}));
        client.destroy();
        return [missingFinding('streams', run.streams, StreamNames)];
      },
    },
    {
      about: 'tables',
      async run() {
        const client = new DynamoDBClient({ ...clientOptions(deployed.place, 'dynamodb'), maxAttempts: 1 });
        const { TableNames = [] } = await client.send(new ListTablesCommand({}));
        client.destroy();
        return [missingFinding('tables', run.tables, TableNames)];
      },
    },
    progressCheck(deployed),
  ];
}

function missingFinding(about: string, wanted: readonly string[], found: readonly string[]): Finding {
  const missing = wanted.filter((name) => !found.includes(name));
  if (missing.length === 0) return { about, level: 'ok', text: `${wanted.length}, all there` };
  const advice = 'start it again with "npm start -- --fresh", which forgets what it holds';
  return { about, level: 'problem', text: `missing: ${missing.join(', ')}`, advice };
}
