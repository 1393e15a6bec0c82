import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import * as z from 'zod';
import type { StreamEvent } from '../../shared/events/types.ts';
import { type CompactContext, type CompactReport, compactLake } from '../../shared/lake/compact.ts';
import { curatedKey } from '../../shared/lake/layout.ts';
import { LakeObjects } from '../../shared/lake/object-store.ts';
import { typeTable } from '../../shared/lake/tables.ts';
import { type EventType, eventType } from '../../shared/pipeline/index.ts';
import { LakeDatabase } from '../../tools/cli/query/database.ts';
import { LakeWriter } from './lake.ts';
import { startS3, type TestS3 } from './local-s3.ts';
import { MemoryMarks } from './memory-marks.ts';
import { temporaryFolder } from './millrace-process.ts';

/** A field of each type that a file of the lake can have. */
export const reading = eventType('meter-reading', {
  description: 'for tests',
  schema: z.object({
    meter: z.string(),
    sold: z.iso.datetime({ offset: true }),
    count: z.int().nullish(),
    rate: z.number().optional(),
    good: z.boolean().optional(),
    tags: z.array(z.string()).optional(),
    place: z.object({ city: z.string(), floor: z.int() }).optional(),
  }),
  time: 'sold',
  key: 'meter',
});

export const HOUR = 3_600_000;
/** Seven in the morning of 9 March 2026. */
export const START = Date.parse('2026-03-09T07:00:00Z');

/** A meter's reading. */
export const event = (id: string, time: number, data: Record<string, unknown> = {}): StreamEvent => ({
  type: reading.name,
  source: '/meters',
  id,
  time,
  key: 'm',
  data: { meter: 'm', sold: new Date(time).toISOString(), ...data },
});

/** A lake on an S3 of its own, and what compacts it. */
export class CompactedLake {
  readonly s3: TestS3;
  readonly writer: LakeWriter;
  readonly marks = new MemoryMarks();
  context: CompactContext;
  readonly #folder: ReturnType<typeof temporaryFolder>;

  private constructor(folder: ReturnType<typeof temporaryFolder>, s3: TestS3) {
    this.#folder = folder;
    this.s3 = s3;
    this.writer = new LakeWriter(s3.folder);
    this.context = {
      objects: new LakeObjects(s3.client, s3.bucket),
      tables: [typeTable(reading)],
      scratch: join(folder.path, 'scratch'),
      memoryMb: 512,
      marks: this.marks,
      now: () => START + 24 * HOUR,
      remaining: () => 600_000,
    };
  }

  static async start(): Promise<CompactedLake> {
    const folder = temporaryFolder();
    return new CompactedLake(folder, await startS3(folder.path));
  }

  async stop(): Promise<void> {
    await this.s3.stop();
    this.#folder.remove();
  }

  change(some: Partial<CompactContext>): void {
    this.context = { ...this.context, ...some };
  }

  /** Compacts the day. */
  compact(): Promise<CompactReport> {
    return compactLake(this.context, START, START + 24 * HOUR);
  }

  /** A file as a reader sees it that has nothing to do with DuckDB. */
  read(hour: number, part = 0): Promise<Record<string, unknown>[]> {
    const key = curatedKey(reading.name, { day: '2026-03-09', hour }, part);
    return parquetReadObjects({ file: toArrayBuffer(readFileSync(join(this.s3.folder, key))), compressors });
  }

  /** The ids in a file, in its order. */
  async idsOf(hour: number, part = 0): Promise<unknown[]> {
    return (await this.read(hour, part)).map(({ _id }) => _id);
  }

  /** The ids in the table of readings, of whichever objects it reads them. */
  async allIds(): Promise<unknown[]> {
    return (await this.query('SELECT _id FROM meter_reading ORDER BY _id')).flat();
  }

  /** The rows of a statement about readings, which may have got more fields since. */
  async query(sql: string, type: EventType = reading): Promise<unknown[][]> {
    const database = await LakeDatabase.open(this.s3.folder, [type]);
    try {
      return (await database.query(sql)).rows as unknown[][];
    } finally {
      database.close();
    }
  }
}

const toArrayBuffer = (bytes: Buffer): ArrayBuffer =>
  bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
