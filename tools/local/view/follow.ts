import { longestWindow, type WindowStage, windowPace } from '../../../shared/pipeline/index.ts';
import type { Api, StageState } from './api.ts';
import type { Firing, ViewModel } from './model.ts';

/** How many results one look takes at most: the view is a glance, not a copy. */
const LIMIT = 1_000;
/** Older windows, which late events may revise, are looked at this often. */
const OLDER_EVERY_MS = 5_000;

/** Follows one stage: asks for its results only when something has happened since the last time. */
export class StageFollower {
  readonly #stage: WindowStage;
  readonly #api: Api;
  readonly #model: ViewModel;
  #mark = '';
  #olderMark = '';
  #olderAt = Number.NEGATIVE_INFINITY;

  constructor(stage: WindowStage, api: Api, model: ViewModel) {
    this.#stage = stage;
    this.#api = api;
    this.#model = model;
  }

  /** @returns what is new since the last call; of the first call only the latest window */
  async look(state: StageState, now: number): Promise<Firing[]> {
    this.#model.update(state);
    if (state.watermark === null) return [];
    const { name, window, allowedLateness } = this.#stage;
    const watermark = Date.parse(state.watermark);
    const mark = `${state.watermark} ${state.closedUpTo} ${state.counts.accepted}`;
    const fresh: Firing[] = [];
    // Silence fires windows without moving the watermark, so a quiet stage is looked at as well, only less often.
    const due = now - this.#olderAt >= OLDER_EVERY_MS;
    if (mark === this.#mark && !due) return fresh;
    this.#mark = mark;
    // The first start of this range is that of the last window that the watermark has passed.
    const back = longestWindow(window) + windowPace(window);
    const recent = watermark - back + 1;
    if (due && this.#olderMark !== mark) {
      const oldest = watermark - allowedLateness - back;
      const older = this.#model.take(name, await this.#api.windows(name, oldest, recent, LIMIT));
      // What is there at the beginning is old news.
      if (this.#olderMark !== '') fresh.push(...older);
      this.#model.forget(name, oldest);
      this.#olderMark = mark;
    }
    if (due) this.#olderAt = now;
    fresh.push(...this.#model.take(name, await this.#api.windows(name, recent, undefined, LIMIT)));
    return fresh;
  }
}
