import type { WindowStage } from '../pipeline/index.ts';
import { describeSlices } from './assigner.ts';
import type { Layout } from './columns.ts';
import { DeltaFormatError } from './errors.ts';

/**
 * What makes two declarations' states incompatible: the key, the cut of time, and the columns. Names of values and the
 * formulas over columns do not count; adding a mean where sum and count are kept changes nothing that is stored.
 */
export class Fingerprint {
  /** One hash per part. */
  readonly hashes: readonly string[];
  readonly #stage: string;
  readonly #parts: readonly string[];

  constructor(stage: WindowStage, layout: Layout) {
    this.#stage = stage.name;
    this.#parts = [
      `key ${JSON.stringify(stage.key)} of "${stage.input.name}"`,
      describeSlices(stage.window),
      ...layout.columns.map((column) => column.id),
    ];
    this.hashes = this.#parts.map(hash);
  }

  /** @throws DeltaFormatError naming what of this declaration the other one lacks */
  assertSame(other: readonly unknown[]): void {
    if (other.length === this.hashes.length && this.hashes.every((part, index) => part === other[index]))
      return;
    const lacks = this.#parts.filter((_, index) => !other.includes(this.hashes[index]));
    const extra = other.filter((part) => !this.hashes.includes(part as string)).length;
    const differences = [
      ...(lacks.length > 0 ? [`lacks ${lacks.join(', ')}`] : []),
      ...(extra > 0
        ? [`has ${extra} ${extra === 1 ? 'part' : 'parts'} that this declaration does not have`]
        : []),
    ];
    throw new DeltaFormatError(
      `state of stage "${this.#stage}" was written under another declaration, which ` +
        `${differences.join(' and ') || 'has its columns in another order'}: ` +
        'give the changed stage a new name, or change it when its windows are closed',
    );
  }
}

/** FNV-1a, 32 bits, over UTF-16 code units: tells declarations of one stage apart, and is no protection against forgery. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return (value >>> 0).toString(16).padStart(8, '0');
}
