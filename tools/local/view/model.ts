import type { Item, StageState } from './api.ts';

/** Results of one window that are new to the view. */
export interface Firing {
  readonly stage: string;
  readonly start: string;
  /** The largest first, by their first value. */
  readonly items: readonly Item[];
}

/** What the view knows of one stage. */
export interface StageModel {
  readonly state: StageState;
  /** The results of the latest window, the largest first. */
  readonly latest: readonly Item[];
}

/** Remembers what was shown, so that only what is new is shown as new. */
export class ViewModel {
  readonly #stages = new Map<string, StageModel>();
  /** Per stage: window and key -> revision. */
  readonly #revisions = new Map<string, Map<string, number>>();

  get stages(): Iterable<StageModel> {
    return this.#stages.values();
  }

  update(state: StageState): void {
    this.#stages.set(state.name, { state, latest: this.#stages.get(state.name)?.latest ?? [] });
  }

  /** Takes results in, ascending by start, and returns those that were not known in this revision, by window in order of time. */
  take(stage: string, items: readonly Item[]): Firing[] {
    const known = this.#revisions.get(stage) ?? new Map<string, number>();
    this.#revisions.set(stage, known);
    const fresh = new Map<string, Item[]>();
    for (const item of items) {
      const place = `${windowOf(item)} ${item.key}`;
      if ((known.get(place) ?? Number.NEGATIVE_INFINITY) >= item.revision) continue;
      known.set(place, item.revision);
      const window = fresh.get(windowOf(item));
      if (window === undefined) fresh.set(windowOf(item), [item]);
      else window.push(item);
    }
    this.#show(stage, items);
    return [...fresh]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, window]) => ({
        stage,
        start: name.slice(0, name.indexOf(' ')),
        items: window.sort(bySize),
      }));
  }

  /** Forgets windows before a time, in epoch milliseconds. */
  forget(stage: string, before: number): void {
    const known = this.#revisions.get(stage);
    const limit = new Date(before).toISOString();
    for (const place of known?.keys() ?? []) if (place < limit) known?.delete(place);
  }

  #show(stage: string, items: readonly Item[]): void {
    const model = this.#stages.get(stage);
    // Results come in order of time.
    const last = items.at(-1);
    const shown = model?.latest[0];
    if (model === undefined || last === undefined || (shown && windowOf(last) < windowOf(shown))) return;
    const latest = items.filter((item) => windowOf(item) === windowOf(last)).sort(bySize);
    this.#stages.set(stage, { ...model, latest });
  }
}

/** Names a window: the cumulative ones share their starts. The order of the names is that of time. */
const windowOf = ({ start, end }: Item): string => `${start} ${end}`;

/** The value by which keys of a window are ranked: the first one that its stage declares. */
export const sizeOf = (item: Item): number => {
  const [first] = Object.values(item.values);
  return typeof first === 'number' ? first : 0;
};

const bySize = (a: Item, b: Item): number => sizeOf(b) - sizeOf(a) || (a.key < b.key ? -1 : 1);
