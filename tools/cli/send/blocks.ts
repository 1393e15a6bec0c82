import type { EventType } from '../../../shared/pipeline/index.ts';
import { readCsv } from './csv.ts';
import { type Block, parseJsonLine } from './items.ts';
import { readLines } from './lines.ts';
import { peek, type Source } from './source.ts';

export type Format = 'ndjson' | 'csv';

/** Input that is neither NDJSON nor CSV. */
export class InputFormatError extends Error {
  override readonly name = 'InputFormatError';
}

/** How far, in bytes, the first character that is not blank is looked for. */
const SNIFF = 4096;

/**
 * Reads a source as events, block by block.
 *
 * @param format - what the source holds; told by its name and its first character when not given
 * @throws InputFormatError or CsvFormatError when the input as a whole cannot be read
 */
export async function* readBlocks(
  type: EventType,
  source: Source,
  format: Format | undefined,
): AsyncGenerator<Block> {
  const [head, chunks] = await peek(
    source.chunks,
    (bytes) => firstOf(bytes) !== undefined || bytes.length >= SNIFF,
  );
  if ((format ?? detect(source.name, firstOf(head))) === 'csv') {
    yield* readCsv(type, chunks);
    return;
  }
  for await (const lines of readLines(chunks)) {
    const block: Block = { items: [], refused: [] };
    for (const { number, text, problem } of lines) {
      const item =
        problem === undefined ? parseJsonLine(type, number, text) : { line: number, text, reason: problem };
      if ('reason' in item) block.refused.push(item);
      else block.items.push(item);
    }
    yield block;
  }
}

/** The first character that is neither blank nor a byte order mark. */
const firstOf = (head: Buffer): string | undefined =>
  head
    .toString('utf8', 0, SNIFF)
    .replace(/^\ufeff/, '')
    .trimStart()[0];

function detect(name: string, first: string | undefined): Format {
  if (first === '[') {
    throw new InputFormatError(
      `${name} is one JSON array: write one event per line, for example with jq -c '.[]'`,
    );
  }
  if (/\.csv(\.gz)?$/i.test(name)) return 'csv';
  if (/\.(ndjson|jsonl|json)(\.gz)?$/i.test(name)) return 'ndjson';
  return first === undefined || first === '{' ? 'ndjson' : 'csv';
}
