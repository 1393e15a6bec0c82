import { setTimeout as sleep } from 'node:timers/promises';
import { createLogUpdate } from 'log-update';
import { windowStages } from '../../../shared/pipeline/index.ts';
import { pipelines } from '../../../shared/pipelines/index.ts';
import { queryApi } from './api.ts';
import { StageFollower } from './follow.ts';
import { ViewModel } from './model.ts';
import { renderLines, renderTable } from './render.ts';

export interface ViewOptions {
  /** Root of the HTTP API. */
  readonly url: string | URL;
  /** Key for reading results, where one is needed. */
  readonly key?: string;
  /** Where to show; a live table on a terminal, plain lines elsewhere. */
  readonly stream?: NodeJS.WriteStream;
  /** Milliseconds between two looks. */
  readonly interval?: number;
}

/** A view that is showing. */
export interface View {
  /** Writes a line that stays, above the live table. */
  log(line: string): void;
  /** Ends the view and leaves what it shows. */
  stop(): void;
}

/** Shows windows as they fire. While the server does not answer, what was last known stays. */
export function startView(options: ViewOptions): View {
  const { url, key = 'local', stream = process.stdout, interval = 1_000 } = options;
  const end = new AbortController();
  const api = queryApi(url, key, end.signal);
  const model = new ViewModel();
  const followers = new Map(
    pipelines
      .flatMap(windowStages)
      .filter(({ materialize }) => materialize)
      .map((stage) => [stage.name, new StageFollower(stage, api, model)]),
  );
  const table = stream.isTTY ? createLogUpdate(stream, { showCursor: true }) : undefined;

  const look = async (): Promise<void> => {
    for (const state of await api.stages()) {
      const fresh = (await followers.get(state.name)?.look(state, performance.now())) ?? [];
      if (table !== undefined || end.signal.aborted) continue;
      const lines = fresh.flatMap((firing) => renderLines(firing, Date.now()));
      if (lines.length > 0) stream.write(`${lines.join('\n')}\n`);
    }
    if (!end.signal.aborted) table?.(renderTable(model.stages, stream.columns ?? 80, Date.now()));
  };

  const run = async (): Promise<void> => {
    while (!end.signal.aborted) {
      await look().catch(() => {});
      await sleep(interval, undefined, { signal: end.signal }).catch(() => {});
    }
  };
  void run();

  return {
    log(line) {
      if (table !== undefined && !end.signal.aborted) table.persist(line);
      else stream.write(`${line}\n`);
    },
    stop() {
      if (end.signal.aborted) return;
      end.abort();
      table?.done();
    },
  };
}
