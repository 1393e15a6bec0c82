import type { CompactContext } from '../../shared/lake/compact.ts';
import type { HourMarks, Mark } from '../../shared/lake/compaction-marks.ts';

/** Marks of compaction without a table. */
export class MemoryMarks implements Pick<CompactContext['marks'], 'between' | 'cut' | 'set'> {
  readonly #hours = new Map<string, { bounds: readonly string[]; parts: Map<number, Mark> }>();

  async between(first: string, last: string): Promise<Map<string, HourMarks>> {
    const found = [...this.#hours].filter(([hour]) => hour >= first && hour <= last);
    return new Map(
      found.map(([hour, { bounds, parts }]) => [hour, { bounds, parts: new Map(parts) }] as const),
    );
  }

  async cut(hour: string, bounds: readonly string[]): Promise<readonly string[]> {
    const known = this.#hours.get(hour) ?? { bounds, parts: new Map<number, Mark>() };
    this.#hours.set(hour, known);
    return known.bounds;
  }

  async set(hour: string, part: number, mark: Mark): Promise<void> {
    this.#hours.get(hour)?.parts.set(part, mark);
  }
}
