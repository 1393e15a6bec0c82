import { isUtf8 } from 'node:buffer';

/** One line of a file, numbered from 1, without its line end. */
export interface Line {
  readonly number: number;
  readonly text: string;
  /** Why the line cannot be used as it is. */
  readonly problem?: string;
}

/** A Kinesis record, and so an event, may have a million bytes; a longer line is not held in memory. */
export const MAX_LINE_BYTES = 1_000_000;

const NEWLINE = 0x0a;
/** Of a line that is refused for its length, what is kept to recognise it by. */
const EXCERPT = 200;

/** Splits chunks of bytes into lines, in blocks: one array per chunk read. Memory is bounded whatever the input. */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  maxBytes = MAX_LINE_BYTES,
): AsyncGenerator<Line[]> {
  const splitter = new LineSplitter(maxBytes);
  for await (const chunk of chunks) {
    const lines = splitter.push(chunk);
    if (lines.length > 0) yield lines;
  }
  const rest = splitter.end();
  if (rest.length > 0) yield rest;
}

class LineSplitter {
  readonly #maxBytes: number;
  #number = 0;
  /** The beginning of a line whose end has not come yet. */
  #partial: Buffer[] = [];
  #partialBytes = 0;
  #skipping = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let block = chunk;
    const first = block.indexOf(NEWLINE);
    if (first < 0) {
      this.#keep(block);
      return lines;
    }
    if (this.#partialBytes > 0 || this.#skipping) {
      this.#keep(block.subarray(0, first));
      this.#finishPartial(lines);
      block = block.subarray(first + 1);
    }
    const last = block.lastIndexOf(NEWLINE);
    if (last >= 0) this.#split(block.subarray(0, last), lines);
    if (last + 1 < block.length) this.#keep(block.subarray(last + 1));
    return lines;
  }

  end(): Line[] {
    const lines: Line[] = [];
    if (this.#partialBytes > 0 || this.#skipping) this.#finishPartial(lines);
    return lines;
  }

  #keep(bytes: Buffer): void {
    if (this.#skipping) return;
    this.#partial.push(bytes);
    this.#partialBytes += bytes.length;
    if (this.#partialBytes > this.#maxBytes) {
      this.#skipping = true;
      this.#partial = [Buffer.concat(this.#partial).subarray(0, EXCERPT)];
    }
  }

  #finishPartial(lines: Line[]): void {
    const bytes = Buffer.concat(this.#partial);
    if (this.#skipping) {
      lines.push({ number: ++this.#number, text: bytes.toString(), problem: this.#tooLong() });
    } else {
      this.#split(bytes, lines);
    }
    this.#partial = [];
    this.#partialBytes = 0;
    this.#skipping = false;
  }

  #split(block: Buffer, lines: Line[]): void {
    const valid = isUtf8(block);
    for (const text of block.toString(valid ? 'utf8' : 'latin1').split('\n')) {
      this.#line(valid ? text : Buffer.from(text, 'latin1'), lines);
    }
  }

  #line(content: string | Buffer, lines: Line[]): void {
    const number = ++this.#number;
    const text = trimEnds(content.toString(), number);
    if (text === '') return;
    if (typeof content !== 'string' && !isUtf8(content)) {
      lines.push({ number, text, problem: 'the line is not valid UTF-8' });
    } else if (Buffer.byteLength(text) > this.#maxBytes) {
      lines.push({ number, text: text.slice(0, EXCERPT), problem: this.#tooLong() });
    } else {
      lines.push({ number, text });
    }
  }

  #tooLong(): string {
    return `the line is longer than ${this.#maxBytes} bytes`;
  }
}

/** Takes a carriage return off the end and a byte order mark off the beginning of a file; blank lines become empty. */
function trimEnds(text: string, number: number): string {
  let trimmed = text.endsWith('\r') ? text.slice(0, -1) : text;
  if (number === 1 && trimmed.charCodeAt(0) === 0xfeff) trimmed = trimmed.slice(1);
  return trimmed.trim() === '' ? '' : trimmed;
}
