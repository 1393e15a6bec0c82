import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { colors as pc } from '../../colors.ts';
import { createS3Server } from '../../local/s3/server.ts';
import { ObjectStore } from '../../local/s3/store.ts';
import { runModule } from '../child.ts';
import type { CompactCost } from './compact-child.ts';
import { type GeneratedLake, generateLake, type LakeLoad } from './generate.ts';
import { type LakeResult, lakePage } from './page.ts';
import type { QueryCost } from './query-child.ts';

const page = fileURLToPath(new URL('../../../docs/benchmarks-lake.md', import.meta.url));
const HOUR_MS = 3_600_000;
const BUCKET = 'lake';

const { quick } = new Command('bench:lake')
  .description('Measures compaction and writes docs/benchmarks-lake.md')
  .option('--quick', 'a tenth of the events, and no page: to see that it runs', false)
  .parse()
  .opts<{ quick: boolean }>();

const part = quick ? 10 : 1;
const start = Date.UTC(2026, 2, 9);
const loads: readonly (readonly [string, LakeLoad])[] = [
  ['a day', { events: 5_000_000 / part, objects: 2_400, start, hours: 24 }],
  ['a busy hour', { events: 8_000_000 / part, objects: 240, start, hours: 1 }],
];

const results: LakeResult[] = [];
for (const [name, load] of loads) results.push(await measure(name, load));
const text = lakePage(results, new Date());
console.log(text);
if (!quick) writeFileSync(page, text);

async function measure(name: string, load: LakeLoad): Promise<LakeResult> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-lake-'));
  const root = join(folder, 's3', BUCKET);
  const say = (text: string) => process.stderr.write(pc.dim(`${name}: ${text}\n`));
  try {
    say('generating');
    const generated = generateLake(root, load);
    const ask = async () => checked(await child<QueryCost>('query-child.ts', root), generated);
    say('asking');
    const before = await ask();
    say('compacting');
    const compaction = await compact(folder, load);
    say('asking');
    const after = await ask();
    const sizes = readdirSync(join(root, 'events'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.parquet'))
      .map((file) => statSync(join(root, 'events', file)).size);
    return {
      ...{ name, load, generated, before, compaction, after, files: sizes.length },
      bytes: sizes.reduce((sum, size) => sum + size, 0),
      largest: Math.max(...sizes),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @throws Error when an answer is not what was generated: figures of a wrong answer are worth nothing */
function checked(cost: QueryCost, { distinct, receiveBytes }: GeneratedLake): QueryCost {
  if (cost.events !== distinct || cost.receiveBytes !== receiveBytes) {
    throw new Error(
      `the lake says ${cost.events} events and ${cost.receiveBytes} bytes, not ${distinct} and ${receiveBytes}`,
    );
  }
  return cost;
}

async function compact(folder: string, { start: from, hours }: LakeLoad): Promise<CompactCost> {
  const store = new ObjectStore(join(folder, 's3'));
  await store.prepare();
  const server = createS3Server(store);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const to = String(from + hours * HOUR_MS - 1);
    return await child<CompactCost>(
      'compact-child.ts',
      ...[endpoint, BUCKET, join(folder, 'scratch'), String(from), to],
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function child<Message>(file: string, ...args: string[]): Promise<Message> {
  return runModule<Message>(fileURLToPath(new URL(file, import.meta.url)), {
    args,
    flags: ['--import', 'tsx'],
  });
}
