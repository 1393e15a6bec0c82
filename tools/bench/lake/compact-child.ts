import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { type CompactedPart, compactLake } from '../../../shared/lake/compact.ts';
import { LakeObjects } from '../../../shared/lake/object-store.ts';
import { typeTable } from '../../../shared/lake/tables.ts';
import networkTraffic from '../../../shared/pipelines/network-traffic.ts';

/** What a compaction took. */
export interface CompactCost {
  readonly ms: number;
  /** Of all cores, milliseconds: what other work on the machine does not change. */
  readonly cpuMs: number;
  /** Most memory that the process had, in bytes. */
  readonly memory: number;
  /** Most that its temporary files took, in bytes. */
  readonly storage: number;
  readonly parts: readonly CompactedPart[];
}

const [endpoint = '', bucket = '', scratch = '', from = '', to = ''] = process.argv.slice(2);
/** What DuckDB gets of the deployed function's memory. */
const MEMORY_MB = 3538 - 512;

let storage = 0;
const watch = setInterval(() => {
  storage = Math.max(storage, sizeOf(scratch));
}, 200);

const client = new S3Client({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  forcePathStyle: true,
});
const started = performance.now();
const { done, failed } = await compactLake(
  {
    objects: new LakeObjects(client, bucket),
    tables: networkTraffic.types.map(typeTable),
    scratch,
    memoryMb: MEMORY_MB,
    marks: { between: async () => new Map(), cut: async (_, bounds) => bounds, set: async () => {} },
    now: Date.now,
    remaining: () => 900_000,
  },
  Number(from),
  Number(to),
);
const ms = performance.now() - started;
clearInterval(watch);
for (const { error } of failed) throw error;
const cpuMs = cpuTime();
const cost: CompactCost = { ms, cpuMs, memory: process.resourceUsage().maxRSS * 1024, storage, parts: done };
process.send?.(cost, () => process.exit());

/** CPU time of the process, milliseconds. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Bytes of all files in a folder; files may vanish while it looks. */
function sizeOf(folder: string): number {
  let bytes = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
      const { size } = statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false }) ?? { size: 0 };
      if (entry.isFile()) bytes += size;
    }
  } catch {
    return bytes;
  }
  return bytes;
}
