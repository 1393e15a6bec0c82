import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Command } from 'commander';
import {
  calendar,
  cumulative,
  hopping,
  session,
  tumbling,
  type WindowSpec,
} from '../../../shared/pipeline/index.ts';
import { colors as pc } from '../../colors.ts';
import { startService } from '../../local/emulators/start.ts';
import { createTable, STATE_TABLE } from '../state-table.ts';
import type { LoadOptions } from './load.ts';
import { type CostLine, costsPage } from './page.ts';
import { costOf } from './run.ts';

const { minutes, write } = new Command('costs')
  .description('Counts what the state of each kind of window costs and writes docs/costs.md')
  .option('--minutes <n>', 'of event time', '8')
  .option('--no-write', 'print the page instead')
  .parse()
  .opts<{ minutes: string; write: boolean }>();

const page = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'docs', 'costs.md');

const WINDOWS: readonly (readonly [name: string, window: WindowSpec])[] = [
  ['tumbling, 1 min', tumbling('1 minute')],
  ['hopping, 5 min by 1 min', hopping('5 minutes', '1 minute')],
  ['cumulative, 10 min by 1 min', cumulative('10 minutes', '1 minute')],
  ['calendar, hour', calendar('hour', 'Europe/Berlin')],
  ['tumbling, 5 s', tumbling('5 seconds')],
  ['hopping, 5 min by 5 s: 60 slices', hopping('5 minutes', '5 seconds')],
  ['session, gap of 10 s', session('10 seconds', { resolution: '10 seconds' })],
];

const RATE = 1_000;
/** So that the end of an hour is among it. */
const START = Date.UTC(2026, 0, 1, 11, 55);
const events = Number(minutes) * 60 * RATE;
const LOADS: readonly LoadOptions[] = [
  { keys: 1_000, batch: 1_000, events, rate: RATE, start: START },
  { keys: 100_000, batch: 10_000, events, rate: RATE, start: START },
];

const folder = mkdtempSync(join(tmpdir(), 'millrace-costs-'));
const service = await startService('dynamodb', folder, (text) => process.stderr.write(`${text}\n`));
try {
  const client = new DynamoDBClient({
    endpoint: service.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler(),
  });
  const lines: CostLine[] = [];
  for (const [index, [window, spec]] of WINDOWS.entries()) {
    for (const load of LOADS) {
      process.stderr.write(pc.dim(`${window}, ${load.keys} keys\n`));
      const table = `costs-${load.keys}-${index}`;
      await createTable(client, { TableName: table, ...STATE_TABLE });
      const { keys, batch } = load;
      lines.push({ window, keys, batch, cost: await costOf(client, table, spec, load) });
    }
  }
  client.destroy();
  const sorted = lines.sort((a, b) => a.keys - b.keys);
  const text = costsPage(sorted, Number(minutes), new Date());
  if (write) writeFileSync(page, text);
  else process.stdout.write(text);
} finally {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
}
