import type { LogFile } from '../log-file.ts';

/** How a line in the embedded metric format begins: Powertools writes that member first. */
const METRICS = '{"_aws":';

/**
 * Sorts what a function prints, line by line: metrics into a file that all functions share, the rest into the function's own, where
 * people look for what it says.
 */
export class FunctionOutput {
  readonly #log: Pick<LogFile, 'write'>;
  readonly #metrics: Pick<LogFile, 'write'>;
  #rest = '';

  constructor(log: Pick<LogFile, 'write'>, metrics: Pick<LogFile, 'write'>) {
    this.#log = log;
    this.#metrics = metrics;
  }

  /** Takes a piece of the output; text must have been decoded as one stream. */
  write(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#put(`${line}\n`);
  }

  /** Writes what is left when the process ends in the middle of a line. */
  end(): void {
    if (this.#rest !== '') this.#put(`${this.#rest}\n`);
    this.#rest = '';
  }

  #put(line: string): void {
    (line.startsWith(METRICS) ? this.#metrics : this.#log).write(line);
  }
}
