import { execFileSync } from 'node:child_process';

/** Parts of a local run, by what their processes call themselves. */
const PARTS = {
  'run (HTTP, event source mappings, S3)': /tools\/local\/start\.js/,
  'Kinesis emulator': /millrace-emulator kinesis/,
  'DynamoDB emulator': /millrace-emulator dynamodb/,
  'ingest function': /millrace-fn.*ingest/,
  'other functions': /millrace-fn/,
} as const;

export type Part = keyof typeof PARTS;

/** Resident memory in MB, by part. */
export type Memory = ReadonlyMap<Part, number>;

/** What a process and its children have in memory now. */
export function memoryOf(pid: number): Memory {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid=,rss=,args='], { encoding: 'utf8' });
  const memory = new Map<Part, number>();
  for (const row of table.split('\n')) {
    const [, own, parent, kilobytes, args = ''] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? [];
    if (Number(own) !== pid && Number(parent) !== pid) continue;
    const part = (Object.keys(PARTS) as Part[]).find((name) => PARTS[name].test(args));
    if (part !== undefined) memory.set(part, (memory.get(part) ?? 0) + Number(kilobytes) / 1024);
  }
  return memory;
}

/** All parts together. */
export const totalOf = (memory: Memory): number => [...memory.values()].reduce((sum, mb) => sum + mb, 0);
