import { CsvError, parse } from 'csv-parse';
import { eventLine } from '../../../client/event-line.ts';
import { parseEventTime } from '../../../shared/events/time.ts';
import { type EventType, fieldOf } from '../../../shared/pipeline/index.ts';
import { type Block, type Item, lineId, type Refusal } from './items.ts';
import { MAX_LINE_BYTES } from './lines.ts';

/** A number as JSON writes it, leading zeros allowed: what `Number` reads besides (hexadecimal, blanks) is text. */
const NUMBER = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/;

/** A CSV file that cannot be read at all. */
export class CsvFormatError extends Error {
  override readonly name = 'CsvFormatError';
}

type Convert = (text: string) => unknown;

/** How the texts of a column become values of a field of the event type. An empty text leaves the field out. */
function converter(type: EventType, field: string): Convert {
  const types = fieldOf(type, field)?.types ?? ['string'];
  const numeric = types.includes('number') || types.includes('integer');
  const structured = types.includes('object') || types.includes('array');
  return (text) => {
    if (numeric && NUMBER.test(text) && Number.isFinite(Number(text))) return Number(text);
    if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
    if (structured) {
      try {
        return JSON.parse(text);
      } catch {
        return text;
      }
    }
    return text;
  };
}

interface Row {
  readonly record: readonly string[];
  readonly line: number;
  readonly raw: string;
}

/**
 * Reads CSV (RFC 4180) with a header row. Values are converted to what the event type's schema takes; what does not
 * convert stays text, for ingestion to refuse with its reason.
 *
 * @throws CsvFormatError when there is no usable header row, or a quote that is never closed
 */
export async function* readCsv(type: EventType, chunks: AsyncIterable<Buffer>): AsyncGenerator<Block> {
  const rows = new RowReader();
  let header: Header | undefined;
  let line = 0;
  const convert = (): Block => {
    const block: Block = { items: [], refused: [] };
    for (const row of rows.take()) {
      line = row.line;
      if (header === undefined) {
        header = readHeader(type, row.record);
        continue;
      }
      const item = readRow(type, header, row);
      if ('reason' in item) block.refused.push(item);
      else block.items.push(item);
    }
    return block;
  };
  let problem: CsvError | undefined;
  for await (const chunk of chunks) {
    problem = await rows.write(chunk);
    yield convert();
    if (problem !== undefined) break;
  }
  problem ??= await rows.end();
  yield convert();
  // Where the next row begins is anybody's guess then: better to stop than to lose rows.
  if (problem !== undefined) {
    throw new CsvFormatError(`the row after line ${line} is not CSV: ${problem.message}`);
  }
}

/** The parser, fed by hand: as a stream it would drop the rows that it had ready when an error comes. */
class RowReader {
  #rows: Row[] = [];
  readonly #parser = parse({
    bom: true,
    raw: true,
    relax_column_count: true,
    // A quote inside a text is taken as it is. Refusing it would make the parser look for its end in the next lines.
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_LINE_BYTES,
    on_record: (row: unknown, { lines }) => {
      this.#rows.push({ ...(row as Omit<Row, 'line'>), line: lines });
      return null;
    },
  })
    // Errors come with the calls below.
    .on('error', () => {})
    .resume();

  write(chunk: Buffer): Promise<CsvError | undefined> {
    return this.#run((done) => this.#parser.write(chunk, done));
  }

  end(): Promise<CsvError | undefined> {
    return this.#run((done) => this.#parser.end(done));
  }

  /** The rows read since the last call. */
  take(): readonly Row[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  async #run(call: (done: (error?: Error | null) => void) => void): Promise<CsvError | undefined> {
    const error = await new Promise<Error | null | undefined>((resolve) => call(resolve));
    if (error instanceof CsvError) return error;
    if (error) throw error;
    return undefined;
  }
}

type Header = readonly { readonly field: string; readonly convert: Convert }[];

function readHeader(type: EventType, record: readonly string[]): Header {
  const fields = record.map((field) => field.trim());
  if (fields.some((field) => field === ''))
    throw new CsvFormatError('the header row has a column without name');
  const repeated = fields.find((field, index) => fields.indexOf(field) !== index);
  if (repeated !== undefined) throw new CsvFormatError(`the header row names "${repeated}" twice`);
  if (fieldOf(type, type.time) !== undefined && !fields.includes(type.time)) {
    throw new CsvFormatError(
      `the first row has to name the columns, and "${type.time}" is not among them: ${fields.join(', ')}`,
    );
  }
  return fields.map((field) => ({ field, convert: converter(type, field) }));
}

function readRow(type: EventType, header: Header, { record, line, raw }: Row): Item | Refusal {
  const text = raw.replace(/[\r\n]+$/, '');
  if (record.length !== header.length) {
    return { line, text, reason: `${record.length} columns where the header row has ${header.length}` };
  }
  const data: Record<string, unknown> = {};
  for (const [index, { field, convert }] of header.entries()) {
    const value = record[index] ?? '';
    if (value !== '') data[field] = convert(value);
  }
  const json = eventLine(type, lineId(line, text), data, JSON.stringify(data));
  return { line, text, json, time: parseEventTime(data[type.time]) };
}
